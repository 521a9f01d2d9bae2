-- Names that mean something to JavaScript, as names.
-- ends: well LUA_ERROR
-- modules: funcs events env registry ctx time
for _, n in ipairs{ "__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "then" } do
  pcall(process.send, n, n, n)
  pcall(function() return funcs.new():call(n .. ":" .. n) end)
  pcall(events.subscribe, n, n)
  pcall(events.send, n, n, n)
  pcall(env.get, n)
  pcall(registry.get, n .. ":" .. n)
  pcall(ctx.get, n)
  pcall(time.load_location or print, n)
end
