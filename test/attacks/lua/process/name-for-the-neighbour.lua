-- A name in the name of somebody else.
-- ends: well
local ok = process.registry.register("attack.x", process.registry.lookup("neighbour"))
return ok
