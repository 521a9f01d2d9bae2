-- The same, each call caught.
-- ends: LUA_ERROR PROCESS_MEMORY PROCESS_FUEL well
local function f() return pcall(f) end
f()
