-- A hundred thousand timers that are due at once.
-- ends: well never PROCESS_MEMORY LUA_ERROR
-- modules: time
for i = 1, 1e5 do time.after(0) end
