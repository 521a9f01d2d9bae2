-- Globals that are made when somebody looks for them.
-- ends: well
setmetatable(_G, { __index = function(_, k) return k end, __newindex = function() error("no") end })
process.send("victim", "x", 1)
process.registry.lookup("victim")
