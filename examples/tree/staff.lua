local function main()
  local inbox, events = process.inbox(), process.events()
  local result = channel.select{ inbox:case_receive(), events:case_receive() }
  if result.channel == inbox then error(result.value:payload():data(), 0) end
end

return { main = main }
