-- A range as wide as integers are.
-- ends: LUA_ERROR
return table.unpack({}, math.mininteger, math.maxinteger)
