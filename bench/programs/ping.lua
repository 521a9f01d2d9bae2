-- Sends `count` messages to `to`, each after the answer to the one before.
return function(to, count, kind)
  local pongs, send = process.listen("pong"), process.send
  send(to, "who", process.pid())
  if kind == "number" then
    for i = 1, count do
      send(to, "ping", i)
      pongs:receive()
    end
  else
    local message = { from = process.pid(), id = 0, data = { "hello", 3.5, true } }
    for i = 1, count do
      message.id = i
      send(to, "ping", message)
      pongs:receive()
    end
  end
  return count
end
