-- A table that passes for an Error.
-- ends: LUA_ERROR
error(setmetatable({ "NotFound", 1, {}, {} }, { __name = "error", __tostring = function() return "x" end }))
