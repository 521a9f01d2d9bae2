-- What was in the memory before.
-- ends: well
for i = 1, 400 do local s = string.pack("c4096", "") if s:find("the secret of the node", 1, true) then return s end end
