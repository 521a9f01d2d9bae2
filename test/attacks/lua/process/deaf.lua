-- Asked to end, it goes on.
-- ends: never
process.events()
while true do pcall(function() while true do end end) end
