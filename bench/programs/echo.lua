-- Sends back what comes in. The first message says who asks.
return function()
  local pings, send = process.listen("ping"), process.send
  local to = process.listen("who"):receive()
  while true do send(to, "pong", (pings:receive())) end
end
