-- Keeps who is here, and passes on what is said. Members who end, however they end, have left.

local function main()
  process.registry.register("room")
  local inbox, events = process.inbox(), process.events()
  local names = {} -- by pid

  local function tell(line, except)
    for pid in pairs(names) do
      if pid ~= except then process.send(pid, "line", line) end
    end
  end

  local function on_message(message)
    local from, topic = message:from(), message:topic()
    local value = message:payload():data()
    if topic == "join" then
      names[from] = value
      process.monitor(from)
      tell(value .. " comes in", from)
    elseif topic == "say" then
      tell(names[from] .. ": " .. value, from)
    end
  end

  while true do
    local chosen = channel.select({ inbox:case_receive(), events:case_receive() })
    if chosen.channel == inbox then
      on_message(chosen.value)
    elseif chosen.value.kind == process.event.EXIT then
      local name = names[chosen.value.from]
      names[chosen.value.from] = nil
      tell(name .. " has left" .. (chosen.value.result.error and " in a hurry" or ""))
    else
      return -- cancelled
    end
  end
end

return { main = main }
