-- A frontier asked for at each place, for ever.
-- ends: never
local s = ("ab"):rep(1e4)
while true do s:find("%f[%d]") end
