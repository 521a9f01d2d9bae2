-- An error whose text is never done.
-- ends: PROCESS_FUEL
error(setmetatable({}, { __tostring = function() while true do end end }))
