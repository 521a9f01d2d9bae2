-- A text that is never done.
-- ends: PROCESS_FUEL
return tostring(setmetatable({}, { __tostring = function() while true do end end })) and nil
