-- Uses a tool without the agent: what it wrote is an entry like any other.

local funcs = require("funcs")
local io = require("io")

local function main(name, input)
  local value, err = funcs.call("app.tools:" .. (name or "?"), input or "")
  io.print(err and tostring(err) or tostring(value))
  return 0
end

return { main = main }
