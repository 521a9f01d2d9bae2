-- Coroutines within coroutines.
-- ends: LUA_ERROR PROCESS_MEMORY PROCESS_FUEL
local function f(n) return coroutine.wrap(function() return f(n + 1) end)() end
f(1)
