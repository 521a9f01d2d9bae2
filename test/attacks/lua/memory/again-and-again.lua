-- Out of memory, caught, for ever.
-- ends: PROCESS_MEMORY
while true do pcall(string.rep, "x", 1e9) end
