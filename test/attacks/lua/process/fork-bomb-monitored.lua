-- The same, monitored: every end is an event.
-- ends: never PROCESS_FUEL
while true do process.spawn_monitored("app:short", "app:attackers") end
