-- Where things lie, as text.
-- ends: well
local a = tostring(print) .. tostring({}) .. string.format("%p", print)
if a:find("the secret", 1, true) then return a end
