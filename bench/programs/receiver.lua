-- Adds up numbers, received one by one, and answers after every batch.
return function(batch)
  local numbers, send = process.listen("number"), process.send
  local to = process.listen("who"):receive()
  local sum, seen = 0, 0
  while true do
    sum = sum + numbers:receive()
    seen = seen + 1
    if seen % batch == 0 then send(to, "ack", sum) end
  end
end
