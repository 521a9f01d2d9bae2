-- Values of a million parts, in everything that is said.
-- ends: well LUA_ERROR PROCESS_FUEL PROCESS_MEMORY
-- modules: funcs events registry
local t = {}
for i = 1, 2e5 do t[i] = false end
pcall(process.send, "victim", "x", t)
pcall(function() return funcs.new():call("app:echo", t) end)
pcall(events.send, "attack", "x", "y", t)
pcall(registry.find, { x = t })
