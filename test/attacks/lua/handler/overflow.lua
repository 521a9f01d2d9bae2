-- A handler that overflows the stack.
-- ends: well LUA_ERROR PROCESS_FUEL PROCESS_MEMORY
local function deep() return 1 + deep() end
xpcall(error, deep)
