-- Coroutines that spawn coroutines.
-- ends: PROCESS_MEMORY PROCESS_FUEL LUA_ERROR never
local function f() coroutine.spawn(f) coroutine.spawn(f) end
f()
while true do coroutine.spawn(f) end
