-- A message sixty thousand levels deep.
-- ends: well LUA_ERROR PROCESS_FUEL
local t = {}
for i = 1, 6e4 do t = { t } end
local ok = process.send("victim", "x", t)
return ok
