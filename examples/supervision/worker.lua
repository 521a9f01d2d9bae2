-- Says that it is up, then does what it is told. It handles no errors: it fails, and its supervisor starts a fresh one.

local time = require("time")

local function announce()
  while not process.send("observer", "up", process.pid()) do time.sleep("5ms") end
end

local function main()
  local inbox = process.inbox()
  announce()
  while true do
    local message = inbox:receive()
    if message:topic() == "crash" then error("asked to crash") end
    if message:topic() == "finish" then return "done" end
  end
end

return { main = main }
