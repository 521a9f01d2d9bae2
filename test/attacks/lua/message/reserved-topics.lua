-- Topics of the runtime.
-- ends: well LUA_ERROR
for _, topic in ipairs{ "@pid.events", "@pid.exit", "@x" } do
  local ok = process.send(process.pid(), topic, { kind = "pid.exit" })
  if ok then return topic end
end
