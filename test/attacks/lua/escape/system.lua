-- The node itself.
-- ends: well LUA_ERROR
-- modules: system
if not system then return end
for _, f in pairs(system) do
  if type(f) == "function" then local ok, v = pcall(f) if ok and v == true then return v end end
end
