-- A receiver whose name has a hundred thousand characters.
-- ends: well LUA_ERROR
local ok = process.send(("x"):rep(1e5), "x", 1)
return ok
