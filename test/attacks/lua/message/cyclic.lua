-- A message that holds itself.
-- ends: well LUA_ERROR PROCESS_FUEL PROCESS_MEMORY
local t = {}
t[1] = t
local ok = process.send("victim", "x", t)
return ok
