-- Says that it is up, and fails when told to.

local time = require("time")

local function main()
  local inbox, events = process.inbox(), process.events()
  while not process.send("tour", "up", process.pid()) do time.sleep("5ms") end
  local told = channel.select({ inbox:case_receive(), events:case_receive() })
  if told.channel == inbox then error("told to crash") end
end

return { main = main }
