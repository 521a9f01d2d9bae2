-- A hundred coroutines that compute at once.
-- ends: never
for i = 1, 100 do coroutine.spawn(function() while true do end end) end
while true do end
