-- The main coroutine, resumed and closed from another.
-- ends: well LUA_ERROR
local main = coroutine.running()
coroutine.wrap(function() pcall(coroutine.resume, main) pcall(coroutine.close, main) end)()
