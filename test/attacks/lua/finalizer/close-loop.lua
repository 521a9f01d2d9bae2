-- A variable whose closing has no end.
-- ends: never
local x <close> = setmetatable({}, { __close = function() while true do end end })
