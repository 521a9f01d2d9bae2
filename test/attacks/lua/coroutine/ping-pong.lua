-- Coroutines that are made and left, for ever.
-- ends: never
while true do coroutine.wrap(function() coroutine.yield() end)() end
