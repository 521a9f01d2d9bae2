-- Lines of a hundred kilobytes.
-- ends: never PROCESS_MEMORY
local s = ("x"):rep(1e5)
while true do print(s) end
