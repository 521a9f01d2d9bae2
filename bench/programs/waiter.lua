-- Waits, and answers each ping with one message to whom it names.
return function()
  local pings, send = process.listen("ping"), process.send
  while true do send((pings:receive()), "pong", 1) end
end
