-- An error that holds itself.
-- ends: LUA_ERROR
local t = {}
t.t = t
error(t)
