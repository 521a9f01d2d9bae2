-- Somebody with a name: reports what it hears, says what it is told to say.

local function main(name, owner)
  local inbox = process.inbox()
  process.send("room", "join", name)
  while true do
    local message = inbox:receive()
    local topic = message:topic()
    if topic == "trip" then error(name .. " tripped over the cable") end
    local value = message:payload():data()
    if topic == "line" then
      process.send(owner, "heard", { name = name, line = value })
    elseif topic == "say" then
      process.send("room", "say", value)
    end
  end
end

return { main = main }
