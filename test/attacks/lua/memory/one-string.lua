-- One string of a thousand million characters.
-- ends: PROCESS_MEMORY
return #("x"):rep(1e9) and nil
