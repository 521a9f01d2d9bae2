-- Numbers that do not fit.
-- ends: well LUA_ERROR
-- modules: funcs events
local odd = { 0 / 0, 1 / 0, -1 / 0, math.maxinteger, math.mininteger, 2^53 + 1, -0.0, 1e-320, [1e300] = 1, [-1] = 2, [0.5] = 3 }
process.send("victim", "x", odd)
pcall(function() return funcs.new():call("app:echo", odd) end)
pcall(events.send, "attack", "x", "y", odd)
