-- A process it may not start, and one on a host it may not use.
-- ends: well
local a = process.spawn("app:privileged", "app:attackers")
local b = process.spawn("app:spawned", "app:processes")
local c = process.spawn("app:secret", "app:attackers")
return a or b or c
