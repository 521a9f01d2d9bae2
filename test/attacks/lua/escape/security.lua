-- Rights that it gives itself.
-- ends: well LUA_ERROR
-- modules: security
if not security then return end
local ok, s = pcall(function() return security.new_scope({ security.policy("app:everything") }) end)
if ok and s then
  local v = pcall(function() return process.with_scope(s):spawn("app:privileged", "app:attackers") end)
end
local t = security.token_store and security.token_store("app:tokens")
return t
