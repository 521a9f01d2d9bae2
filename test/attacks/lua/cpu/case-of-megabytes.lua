-- Megabytes turned to upper case, for ever.
-- ends: never
local s = ("x"):rep(1e6)
while true do local t = s:upper() end
