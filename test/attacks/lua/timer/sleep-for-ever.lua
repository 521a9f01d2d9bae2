-- A sleep as long as there are numbers.
-- ends: never LUA_ERROR well
-- modules: time
pcall(time.sleep, 1 / 0)
pcall(time.sleep, 1e300)
pcall(time.sleep, math.maxinteger)
