-- A message to who may not be written to.
-- ends: well
local ok = process.send("neighbour", "tick", 1)
return ok
