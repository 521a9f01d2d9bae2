-- A million empty tables, which cost the host more than their bytes.
-- ends: well LUA_ERROR PROCESS_FUEL PROCESS_MEMORY
-- modules: events registry
local t, e = {}, {}
for i = 1, 1e5 do t[i] = e end
for i = 1, 3 do pcall(events.send, "attack", "x", "y", t) pcall(registry.find, { x = t }) end
