-- A table that is called by calling itself.
-- ends: LUA_ERROR PROCESS_MEMORY PROCESS_FUEL
local t = {}
for i = 1, 1e5 do t = setmetatable({}, { __call = t }) end
t()
