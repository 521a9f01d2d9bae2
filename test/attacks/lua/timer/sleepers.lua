-- A thousand coroutines that sleep a moment, for ever.
-- ends: never PROCESS_MEMORY LUA_ERROR
-- modules: time
for i = 1, 1000 do coroutine.spawn(function() while true do time.sleep(1) end end) end
while true do time.sleep("1s") end
