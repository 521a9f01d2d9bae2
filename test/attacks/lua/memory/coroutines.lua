-- Coroutines that are kept.
-- ends: PROCESS_MEMORY
local t = {}
while true do t[#t + 1] = coroutine.create(print) end
