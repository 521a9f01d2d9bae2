-- Half a million results, for ever.
-- ends: never PROCESS_MEMORY
while true do pcall(table.unpack, {}, 1, 5e5) end
