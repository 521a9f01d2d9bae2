-- Functions that it may not call.
-- ends: well LUA_ERROR
-- modules: funcs
local v = funcs.new():call("app:reads_secret")
if v then return v end
for _, id in ipairs{ "__proto__", "constructor", "app:__proto__", "app:secret", "", "app:reads_secret\0" } do
  local ok, r = pcall(function() return (funcs.new():call(id)) end)
  if ok and r then return r end
end
