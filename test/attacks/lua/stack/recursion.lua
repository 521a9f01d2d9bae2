-- A function that calls itself.
-- ends: LUA_ERROR PROCESS_MEMORY PROCESS_FUEL
local function f() return 1 + f() end
return f()
