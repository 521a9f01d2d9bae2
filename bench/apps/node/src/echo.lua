local function main(to)
  local pings, send = process.listen("ping"), process.send
  while true do send(to, "pong", (pings:receive())) end
end

return { main = main }
