-- The same, whatever is said.
-- ends: never PROCESS_FUEL
while true do pcall(process.send, "victim", "x", ("x"):rep(1000)) end
