-- A million results.
-- ends: LUA_ERROR PROCESS_MEMORY
return select("#", string.byte(("x"):rep(5e6), 1, -1)) and nil
