-- Keys that differ here and not there.
-- ends: well LUA_ERROR
-- modules: funcs
local t = { [1] = "a", ["1"] = "b", [1.5] = "c", ["1.5"] = "d", [true] = "e", ["true"] = "f" }
process.send("victim", "x", t)
pcall(function() return funcs.new():call("app:echo", t) end)
