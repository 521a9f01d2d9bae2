-- Events of systems that are not its own.
-- ends: well LUA_ERROR
-- modules: events
for _, s in ipairs{ "registry", "process", "supervisor", "*", "**", "(registry|process)" } do
  local sub = events.subscribe(s)
end
local ok = events.send("registry", "entry.update", "app:secret", {})
return ok
