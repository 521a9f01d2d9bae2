-- Through the lookup of a field.
-- ends: LUA_ERROR PROCESS_MEMORY PROCESS_FUEL
local t
t = setmetatable({}, { __index = function(_, k) return t[k + 1] end })
return t[1]
