-- Messages to itself, read by nobody.
-- ends: never PROCESS_MEMORY PROCESS_FUEL
local me = process.pid()
while true do process.send(me, "x", 1) end
