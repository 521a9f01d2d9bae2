-- A stack overflow whose handler overflows the stack.
-- ends: well LUA_ERROR PROCESS_FUEL PROCESS_MEMORY
local function deep() return 1 + deep() end
xpcall(deep, deep)
