-- An error whose text fails.
-- ends: LUA_ERROR
error(setmetatable({}, { __tostring = function() error("y") end }))
