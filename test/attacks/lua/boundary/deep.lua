-- Values that are deep, in everything that is said.
-- ends: well LUA_ERROR PROCESS_FUEL PROCESS_MEMORY
-- modules: funcs events registry
for _, n in ipairs{ 30, 64, 65, 500, 20000 } do
  local t = {}
  for i = 1, n do t = { t } end
  pcall(process.send, "victim", "x", t)
  pcall(function() return funcs.new():call("app:echo", t) end)
  pcall(events.send, "attack", "x", "y", t)
  pcall(registry.find, { x = t })
end
