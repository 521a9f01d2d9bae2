-- A handler that fails in handling its own failure.
-- ends: well
local _, e = xpcall(error, function() error("x") end)
return type(e) == "function"
