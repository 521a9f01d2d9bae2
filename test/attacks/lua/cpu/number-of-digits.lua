-- A number with a million digits, read for ever.
-- ends: never PROCESS_FUEL
local s = ("1"):rep(1e6)
while true do tonumber(s) end
