-- A function that is its own handler.
-- ends: well LUA_ERROR PROCESS_FUEL PROCESS_MEMORY
local function f() return xpcall(f, f) end
f()
