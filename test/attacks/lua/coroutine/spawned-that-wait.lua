-- Coroutines that wait for ever.
-- ends: never PROCESS_MEMORY PROCESS_FUEL
while true do coroutine.spawn(function() channel.new():receive() end) end
