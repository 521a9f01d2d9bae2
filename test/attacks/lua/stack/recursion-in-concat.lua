-- Through a concatenation.
-- ends: LUA_ERROR PROCESS_MEMORY PROCESS_FUEL
local t
t = setmetatable({}, { __concat = function(a) return a .. "x" end })
return t .. "x"
