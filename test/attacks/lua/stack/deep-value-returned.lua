-- A table thirty thousand levels deep, returned.
-- ends: LUA_ERROR PROCESS_FUEL PROCESS_MEMORY
-- returns: its own
local t = {}
for i = 1, 3e4 do t = { t } end
return t
