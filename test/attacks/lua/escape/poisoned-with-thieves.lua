-- The same, where each looks for what it was not given.
-- ends: well LUA_ERROR
local stolen
for _, lib in ipairs{ _G, string, table, coroutine } do
  for k, f in pairs(lib) do
    if type(f) == "function" then
      pcall(rawset, lib, k, function(...)
        for i = 1, select("#", ...) do
          local v = select(i, ...)
          if type(v) == "table" and (rawget(v, "ask") or rawget(v, "cast") or rawget(v, "native")) then stolen = v end
        end
        return f(...)
      end)
    end
  end
end
process.send("victim", "x", { 1 })
process.registry.register("attack.y")
process.with_name("z")
return stolen ~= nil
