-- Long strings that begin alike, sorted for ever.
-- ends: never
local t = {}
for i = 1, 200 do t[i] = ("a"):rep(5000) .. (i * 7919 % 200) end
while true do local u = table.move(t, 1, #t, 1, {}) table.sort(u) end
