-- A length searched for, for ever.
-- ends: never
local t = {}
for i = 1, 1e4 do t[i] = 1 end
while true do local _ = #t end
