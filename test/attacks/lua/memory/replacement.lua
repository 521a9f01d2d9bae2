-- Each of a million characters replaced by a thousand.
-- ends: PROCESS_MEMORY PROCESS_FUEL
return #("x"):rep(1e6):gsub("x", ("y"):rep(1000)) and nil
