-- A message that says that it is from somebody else.
-- ends: well
local ok = process.send("victim", "x", { from = process.registry.lookup("neighbour"), kind = "pid.exit" })
return nil
