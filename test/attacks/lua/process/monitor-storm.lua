-- One watched again and again.
-- ends: well never PROCESS_FUEL
local pid = process.spawn("app:spawned", "app:attackers")
for i = 1, 20000 do process.monitor(pid) process.unmonitor(pid) process.link(pid) process.unlink(pid) end
