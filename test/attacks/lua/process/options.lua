-- What a spawn is told, told otherwise.
-- ends: well LUA_ERROR
for _, o in ipairs{ { scope = "x" }, { actor = { id = "root" } }, { operator = true }, { __proto__ = { operator = true } } } do
  local ok, s = pcall(function() return process.with_options(o):spawn("app:privileged", "app:attackers") end)
  if ok and s then return s end
end
