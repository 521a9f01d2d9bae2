-- Entries that it may not read, and changes that it may not make.
-- ends: well LUA_ERROR
-- modules: registry
if not registry then return end
local e = registry.get("app:secret")
if e then return e end
for _, found in ipairs(registry.find({}) or {}) do if found.id == "app:secret" then return found end end
local c = registry.snapshot() and registry.snapshot():changes()
if c then c:delete("app:neighbour") local ok = c:apply() return ok end
