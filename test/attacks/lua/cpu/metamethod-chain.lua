-- A chain of tables that look up in each other, again and again.
-- ends: never
local t = {}
for i = 1, 50 do t = setmetatable({}, { __index = t }) end
while true do local _ = t.x end
