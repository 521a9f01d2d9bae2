-- Asks that are answered at once, for ever.
-- ends: never
while true do process.registry.lookup("nobody") end
