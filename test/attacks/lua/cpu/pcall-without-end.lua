-- Errors that are caught, for ever.
-- ends: never
while true do pcall(error, "x") end
