-- A table of tables.
-- ends: PROCESS_MEMORY
local t = {}
while true do t[#t + 1] = {} end
