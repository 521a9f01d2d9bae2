-- Somebody else ended by force, asked to end, linked and watched.
-- ends: well
local it = process.registry.lookup("neighbour")
for _, f in ipairs{ process.terminate, process.cancel, process.link, process.monitor } do
  local ok = f(it, "1s")
  if ok then return ok end
end
