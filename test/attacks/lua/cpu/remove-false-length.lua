-- A length that lies, removed from.
-- ends: never
table.remove(setmetatable({}, { __len = function() return 1 << 40 end }), 1)
