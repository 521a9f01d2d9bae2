-- Thousands of asks that nobody waits for.
-- ends: never well LUA_ERROR PROCESS_MEMORY
-- modules: funcs
for i = 1, 5000 do coroutine.spawn(function() funcs.new():call("app:echo", i) end) end
