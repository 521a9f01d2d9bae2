-- Links from one to all, and an end.
-- ends: LUA_ERROR
for i = 1, 60 do
  local pid = process.spawn("app:spawned", "app:attackers")
  if pid then process.link(pid) process.monitor(pid) end
end
error("x")
