-- Places far apart.
-- ends: well
local t = {}
for i = 0, 62 do t[1 << i] = 1 end
