-- Through the making of a text.
-- ends: LUA_ERROR PROCESS_MEMORY PROCESS_FUEL
local t
t = setmetatable({}, { __tostring = function() return tostring(t) end })
return tostring(t)
