-- Sends back what it gets; counts what it is only to count, and says so at the end of it.

local function main()
  local inbox, count = process.inbox(), 0
  while true do
    local message = inbox:receive()
    local topic = message:topic()
    if topic == "ping" then
      process.send(message:from(), "pong")
    elseif topic == "count" then
      count = count + 1
    else
      process.send(message:from(), "counted", count)
      count = 0
    end
  end
end

return { main = main }
