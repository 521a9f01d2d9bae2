-- Greets whoever asks. It is started once; what it says follows the registry.

local registry = require("registry")
local events = require("events")
local funcs = require("funcs")

local function word() return registry.get("app:greeting").data.word end

local function main(owner)
  local inbox = process.inbox()
  local changes = events.subscribe("registry", "entry.update"):channel()
  local greeting, asked = word(), 0
  process.send(owner, "ready")
  while true do
    local chosen = channel.select({ changes:case_receive(), inbox:case_receive() })
    if chosen.channel == changes then
      if chosen.value.path == "app:greeting" then greeting = word() end
      process.send(owner, "changed", chosen.value.path)
    else
      asked = asked + 1
      local text = funcs.call("app:shout", greeting .. ", " .. chosen.value:payload():data())
      process.send(owner, "answer", text .. "  (my answer number " .. asked .. ")")
    end
  end
end

return { main = main }
