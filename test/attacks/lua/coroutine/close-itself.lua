-- A coroutine that closes itself.
-- ends: well LUA_ERROR
local co
co = coroutine.create(function() return pcall(coroutine.close, co) end)
local _, ok = coroutine.resume(co)
return ok
