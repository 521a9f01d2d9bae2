-- What a function is told, told otherwise.
-- ends: well LUA_ERROR
-- modules: funcs
for _, c in ipairs{ { operator = true }, { __proto__ = { operator = true } }, { scope = "app:all" } } do
  local ok, v = pcall(function() return (funcs.new():with_context(c):call("app:reads_secret")) end)
  if ok and v then return v end
end
