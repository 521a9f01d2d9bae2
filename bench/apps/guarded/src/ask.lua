local registry = require("registry")

return function(count)
  for _ = 1, count do assert(registry.get("bench:note")) end
end
