-- A ticker that is read as fast as it ticks.
-- ends: never
-- modules: time
local t = time.ticker(1)
while true do t:channel():receive() end
