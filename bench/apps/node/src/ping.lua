local function main(count, kind)
  local pongs, send = process.listen("pong"), process.send
  local to = assert(process.spawn("bench:echo", "bench:processes", process.pid()))
  local message = { from = process.pid(), id = 0, data = { "hello", 3.5, true } }
  for i = 1, tonumber(count) do
    message.id = i
    send(to, "ping", kind == "number" and i or message)
    pongs:receive()
  end
  process.terminate(to)
end

return { main = main }
