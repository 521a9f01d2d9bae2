-- Events without end, and a thousand subscriptions to them.
-- ends: never LUA_ERROR PROCESS_MEMORY
-- modules: events
for i = 1, 1000 do events.subscribe("attack") end
while true do events.send("attack", "x", "y", 1) end
