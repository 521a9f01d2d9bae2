-- An order that is none.
-- ends: well LUA_ERROR
local t = {}
for i = 1, 3e4 do t[i] = i % 7 end
table.sort(t, function() return true end)
