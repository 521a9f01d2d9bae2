-- A handler without end.
-- ends: PROCESS_FUEL
xpcall(error, function() while true do end end)
