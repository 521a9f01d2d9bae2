-- A loop in a coroutine.
-- ends: never
coroutine.wrap(function() while true do end end)()
