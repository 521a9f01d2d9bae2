-- Entries and hosts with odd names.
-- ends: well LUA_ERROR
for _, id in ipairs{ "__proto__", "app:__proto__", "constructor", "", ("x"):rep(1e5), "app:../spawned" } do
  local pid = process.spawn(id, "app:attackers")
  local other = process.spawn("app:spawned", id)
  if pid or other then return id end
end
