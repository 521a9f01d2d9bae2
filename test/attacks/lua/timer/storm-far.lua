-- A hundred thousand timers of a hundred years.
-- ends: well never PROCESS_MEMORY LUA_ERROR
-- modules: time
for i = 1, 1e5 do time.after("876000h") end
