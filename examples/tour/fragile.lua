-- Says that it is up, and fails when told to.

local time = require("time")

local function main()
  local inbox = process.inbox()
  while not process.send("tour", "up", process.pid()) do time.sleep("5ms") end
  inbox:receive()
  error("told to crash")
end

return { main = main }
