-- An error of megabytes.
-- ends: LUA_ERROR PROCESS_MEMORY PROCESS_FRAME
error(("x"):rep(4e6))
