-- Handlers around handlers.
-- ends: never
while true do xpcall(error, function() end) end
