-- Two thousand million empty strings put together.
-- ends: never PROCESS_MEMORY
table.concat(setmetatable({}, { __index = function() return "" end }), "", 1, 2^31 // 1 | 0)
