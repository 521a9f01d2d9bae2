-- A packed string of two thousand million bytes.
-- ends: PROCESS_MEMORY PROCESS_FUEL LUA_ERROR
return string.pack("c2000000000", "x") and nil
