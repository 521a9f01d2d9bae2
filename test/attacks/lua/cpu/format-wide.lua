-- The widest format there is, for ever.
-- ends: never
while true do string.format("%99.99f", 1e308) end
