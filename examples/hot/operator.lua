local io = require("io")
local registry = require("registry")

local answers, changed

local function ask(greeter)
  process.send(greeter, "greet", "Ada")
  io.print("  " .. answers:receive())
end

-- Puts other data into an entry, as a new version of the registry, and waits until the greeter has heard of it.
local function change(id, data)
  local snapshot = registry.snapshot()
  local entry = snapshot:get(id)
  local version = assert(snapshot:changes():update({ id = id, kind = entry.kind, meta = entry.meta, data = data }):apply())
  changed:receive()
  return version
end

local function main()
  answers, changed = process.listen("answer"), process.listen("changed")
  local ready = process.listen("ready")
  local greeter = process.spawn("app:greeter", "app:processes", process.pid())
  ready:receive()
  local first = registry.current_version()

  io.print("as it was started:")
  ask(greeter)

  io.print("other data, " .. change("app:greeting", { word = "Good evening" }):string() .. ":")
  ask(greeter)

  local code = 'return { main = function(text) return text:upper() .. "!" end }'
  io.print("other code, " .. change("app:shout", { source = code }):string() .. ":")
  ask(greeter)

  assert(registry.apply_version(first))
  changed:receive()
  changed:receive()
  io.print("back to " .. first:string() .. ":")
  ask(greeter)
  return 0
end

return { main = main }
