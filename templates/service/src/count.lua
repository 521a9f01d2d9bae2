local io = require("io")
local time = require("time")

local counted = process.listen("counted")

-- Asks, and asks again while there is nobody yet.
local function count()
  while true do
    process.send("counter", "count", 1)
    local found = channel.select({ counted:case_receive(), time.after("50ms"):case_receive() })
    if found.channel == counted then return found.value end
  end
end

local function main(times)
  for _ = 1, tonumber(times) or 1 do io.print(count()) end
  process.send("counter", "count", "crash")
  io.print("after a crash: " .. count())
end

return { main = main }
