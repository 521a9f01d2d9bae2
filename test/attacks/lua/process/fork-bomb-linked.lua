-- The same, linked, so that all end at once.
-- ends: well LINKED_PROCESS_FAILED LUA_ERROR never
for i = 1, 200 do process.spawn_linked("app:spawned", "app:attackers") end
error("x")
