-- Arguments that become more with each call.
-- ends: never LUA_ERROR PROCESS_MEMORY PROCESS_FUEL
local function f(...) return f(1, ...) end
f()
