-- A topic of a hundred thousand characters.
-- ends: well LUA_ERROR
local ok = process.send("victim", ("x"):rep(1e5), 1)
return ok
