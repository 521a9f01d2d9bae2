-- Large strings that are thrown away.
-- ends: never PROCESS_MEMORY
while true do local s = ("x"):rep(2 << 20) end
