-- A loop where a field is looked up.
-- ends: never
local t = setmetatable({}, { __index = function() while true do end end })
return t.x
