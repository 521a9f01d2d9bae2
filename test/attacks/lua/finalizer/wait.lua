-- A finalizer that waits.
-- ends: never LUA_ERROR PROCESS_FUEL well
for i = 1, 2e4 do setmetatable({}, { __gc = function() coroutine.yield() end }) end
