-- Finalizers without end.
-- ends: PROCESS_FUEL
for i = 1, 1e9 do setmetatable({}, { __gc = function() while true do end end }) end
