-- An error that is nil.
-- ends: LUA_ERROR
error(nil)
