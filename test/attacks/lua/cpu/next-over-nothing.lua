-- The first of a table that was emptied, looked for again and again.
-- ends: never
local t = {}
for i = 1, 1e4 do t[i] = i end
for k in pairs(t) do t[k] = nil end
while true do next(t) end
