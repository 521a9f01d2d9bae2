-- Finalizers that fail.
-- ends: never
while true do setmetatable({}, { __gc = function() error("x") end }) end
