-- A table that holds itself, returned.
-- ends: LUA_ERROR PROCESS_FUEL PROCESS_MEMORY
-- returns: its own
local t = {}
t.t = t
return t
