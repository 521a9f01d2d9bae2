local io = require("io")

local heard

-- Waits until so many of the others have heard something, and prints what.
local function hear(count)
  local lines = {}
  for _ = 1, count do
    local report = heard:receive()
    lines[#lines + 1] = report.name .. " hears  " .. report.line
  end
  table.sort(lines) -- who is first is chance
  for _, line in ipairs(lines) do io.print(line) end
end

local function main()
  heard = process.listen("heard")
  process.spawn("chat:room", "chat:processes")
  local me, on = process.pid(), "chat:processes"
  local ada = process.spawn("chat:member", on, "Ada", me)
  local bob = process.spawn("chat:member", on, "Bob", me)
  hear(1)
  local cleo = process.spawn("chat:member", on, "Cleo", me)
  hear(2)
  process.send(ada, "say", "is anybody awake?")
  hear(2)
  process.send(bob, "trip")
  hear(2)
  process.send(cleo, "say", "only the two of us")
  hear(1)
  return 0
end

return { main = main }
