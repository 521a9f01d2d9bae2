-- A message of two hundred thousand values.
-- ends: well LUA_ERROR PROCESS_MEMORY PROCESS_FUEL
local ok = process.send("victim", "x", table.unpack({}, 1, 2e5))
return nil
