-- Whatever ends the inner loop is caught by the outer one.
-- ends: never
while true do pcall(function() while true do end end) end
