-- Keys that may fall into one place.
-- ends: well
local t = {}
for i = 1, 2e4 do t[i << 32] = i end
