-- Starts the agent with a name and with its policies, asks it, and shows what it says and does.

local io = require("io")
local security = require("security")

local QUESTION = 'How many vowels are in "Wippy Runs Agents"?'

local function show(who, what)
  io.print(string.format("%-12s %s", who, what))
end

local function main(question)
  question = question or QUESTION
  show("you", question)
  local model = process.spawn_linked("app:model", "app:processes")
  local agent = process.with_options({}):with_actor(security.new_actor("agent")):with_scope(security.named_scope("app:agents"))
  local inbox, events = process.inbox(), process.events()
  assert(agent:spawn_monitored("app:agent", "app:processes", question, model, process.pid()))

  local ended
  while true do
    local heard = channel.select{ inbox:case_receive(), not ended and events:case_receive() or nil, default = ended ~= nil }
    if heard.default then break end
    if heard.channel == inbox then
      local line = heard.value:payload():data()
      show(line.who, line.what)
    else
      ended = heard.value.result
    end
  end
  if ended.error then
    show("failed", tostring(ended.error))
    return 1
  end
  return 0
end

return { main = main }
