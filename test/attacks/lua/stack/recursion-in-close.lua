-- Variables that close others.
-- ends: LUA_ERROR PROCESS_MEMORY PROCESS_FUEL
local function f() local x <close> = setmetatable({}, { __close = f }) end
f()
