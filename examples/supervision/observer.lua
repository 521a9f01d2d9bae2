local io = require("io")
local time = require("time")

local CRASHES = 4

local function main()
  process.registry.register("observer")
  local up = process.listen("up")
  local worker = up:receive()
  io.print("the worker is " .. worker)

  for crash = 1, CRASHES do
    local before = time.now()
    process.send(worker, "crash")
    worker = up:receive()
    io.print(string.format("crash %d: back after %4d ms as %s", crash, time.now():sub(before):milliseconds(), worker))
  end

  process.monitor(worker)
  local events = process.events()
  process.send(worker, "finish")
  local event = events:receive()
  io.print("it ended well (" .. event.result.value .. "), so it is not started again")
  return 0
end

return { main = main }
