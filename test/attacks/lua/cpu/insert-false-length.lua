-- A length that lies, inserted before.
-- ends: PROCESS_FUEL
table.insert(setmetatable({}, { __len = function() return 1 << 40 end }), 1, 1)
