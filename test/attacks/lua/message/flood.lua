-- Messages to one who reads none.
-- ends: well never PROCESS_FUEL
for i = 1, 1e5 do process.send("victim", "x", i) end
