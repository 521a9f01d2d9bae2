-- A comparator without end.
-- ends: never
table.sort({ 3, 2, 1 }, function() while true do end end)
