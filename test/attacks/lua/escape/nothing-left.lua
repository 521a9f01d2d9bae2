-- Every global forgotten.
-- ends: well LUA_ERROR
local send = process.send
for k in pairs(_G) do _G[k] = nil end
send("victim", "x", 1)
