-- Sends `count` numbers, and waits for an answer after every batch.
return function(to, count, batch)
  local acks, send = process.listen("ack"), process.send
  send(to, "who", process.pid())
  for i = 1, count do
    send(to, "number", i)
    if i % batch == 0 then acks:receive() end
  end
  return count
end
