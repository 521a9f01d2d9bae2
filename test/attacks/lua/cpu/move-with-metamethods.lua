-- The same where each place is a function.
-- ends: never
local t = setmetatable({}, { __index = function() end, __newindex = function() end })
table.move(t, 1, 2^53 // 1 | 0, 2)
