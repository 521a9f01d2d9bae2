-- The same, closed by an error.
-- ends: never
pcall(function() local x <close> = setmetatable({}, { __close = function() while true do end end }) error("x") end)
