local function main(parent)
  local inbox = process.inbox()
  process.send(parent, "up", 1)
  inbox:receive()
end

return { main = main }
