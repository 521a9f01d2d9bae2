-- A string that doubles.
-- ends: PROCESS_MEMORY
local s = "x"
while true do s = s .. s end
