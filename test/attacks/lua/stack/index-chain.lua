-- Three thousand tables that look up in each other.
-- ends: LUA_ERROR
local t = {}
for i = 1, 3000 do t = setmetatable({}, { __index = t }) end
return t.x
