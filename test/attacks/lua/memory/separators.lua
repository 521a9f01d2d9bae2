-- The same in separators.
-- ends: PROCESS_MEMORY
return #(""):rep(1 << 26, "0123456789") and nil
