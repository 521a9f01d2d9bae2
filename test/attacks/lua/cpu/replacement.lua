-- A replacement without end.
-- ends: never
("x"):gsub("x", function() while true do end end)
