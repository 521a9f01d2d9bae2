-- The name of somebody else.
-- ends: well
local ok = process.registry.register("neighbour")
process.registry.unregister("neighbour")
return ok or not process.registry.lookup("neighbour")
