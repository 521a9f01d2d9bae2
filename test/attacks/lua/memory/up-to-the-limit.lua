-- As much as it may have, given back and taken again.
-- ends: never PROCESS_MEMORY
while true do local t = {} for i = 1, 7 do t[i] = ("x"):rep(1 << 20) .. i end end
