-- Finalizers that fill the memory.
-- ends: PROCESS_MEMORY PROCESS_FUEL
local kept = {}
for i = 1, 1e9 do setmetatable({}, { __gc = function() for j = 1, 1000 do kept[#kept + 1] = {} end end }) end
