-- Counts what it is asked to. What it knows is in its memory alone: when it fails, it begins anew.

local function main()
  local counter = 0
  process.registry.register("counter")
  require("logger"):info("counting")
  local asked, events = process.listen("count", { message = true }), process.events()
  while true do
    local found = channel.select({ asked:case_receive(), events:case_receive() })
    if found.channel == events then return end -- asked to stop
    local from = found.value:from()
    if found.value:payload():data() == "crash" then error("as you wish") end
    counter = counter + 1
    process.send(from, "counted", counter)
  end
end

return { main = main }
