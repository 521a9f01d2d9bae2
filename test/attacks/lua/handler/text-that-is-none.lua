-- An error whose text is a table.
-- ends: LUA_ERROR
error(setmetatable({}, { __tostring = function() return {} end }))
