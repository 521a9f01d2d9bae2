-- Ends when it has received `count` messages.
return function(count)
  local pongs = process.listen("pong")
  for _ = 1, count do pongs:receive() end
  return count
end
