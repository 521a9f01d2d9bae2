-- Keys that mean something to JavaScript, in everything that is said.
-- ends: well LUA_ERROR
-- modules: funcs events logger registry
local evil = { __proto__ = { admin = true, polluted = true }, constructor = { prototype = { polluted = true } },
  prototype = { polluted = true }, toString = 1, valueOf = 2, hasOwnProperty = 3, ["then"] = 4, toJSON = 5 }
process.send("victim", "x", evil)
pcall(function() return funcs.new():with_context(evil):call("app:echo", evil) end)
pcall(events.send, "attack", "x", "y", evil)
pcall(process.with_context, evil)
pcall(logger.info, logger, "x", evil)
pcall(registry.find, evil)
pcall(registry.find, { ["meta.__proto__"] = "x", ["__proto__.admin"] = true })
