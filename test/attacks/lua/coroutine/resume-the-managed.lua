-- A coroutine of the runtime, resumed and closed by hand.
-- ends: well LUA_ERROR
local co
coroutine.spawn(function() co = coroutine.running() channel.new(1):receive() end)
pcall(coroutine.resume, co)
pcall(coroutine.close, co)
