local registry = require("registry")
local eval_runner = require("eval_runner")
local funcs = require("funcs")

local function entry(id, source)
  return { id = id, kind = "function.lua", meta = { comment = "written by an agent" }, data = { source = source } }
end

local function publish(id, source)
  local snapshot = registry.snapshot()
  local changes = snapshot:changes()
  changes:create(entry(id, source))
  return changes:apply()
end

-- → what happened, one line each
local function main(a, b)
  local source = assert(funcs.call("app:idea", "the sum of two squares"))
  local tried, why = eval_runner.run({ source = source, args = { a, b }, limits = { fuel = 1000000, timeout = "1s" } })
  if why then return nil, why end
  local version, refused = publish("tools:squares", source)
  if refused then return nil, refused end
  local used, failed = funcs.call("tools:squares", a, b)
  if failed then return nil, failed end
  local _, denied = publish("app:other", source)
  return { "tried: " .. tried, "registered as " .. version:string(), "used: " .. used, "refused elsewhere: " .. denied:message() }
end

return { main = main }
