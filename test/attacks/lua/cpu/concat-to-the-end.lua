-- A list said to reach to the largest integer.
-- ends: LUA_ERROR
table.concat({}, "x", 1, math.maxinteger)
