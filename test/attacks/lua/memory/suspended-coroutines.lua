-- Coroutines that are kept while they wait.
-- ends: PROCESS_MEMORY
local t = {}
while true do t[#t + 1] = coroutine.wrap(function() coroutine.yield() end) t[#t]() end
