-- A process that starts processes, which do the same.
-- ends: never well PROCESS_FUEL
while true do process.spawn("app:spawned", "app:attackers") end
