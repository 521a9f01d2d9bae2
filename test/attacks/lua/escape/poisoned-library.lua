-- Every function of the libraries replaced before the runtime needs it.
-- ends: well LUA_ERROR
local got = {}
for _, lib in ipairs{ _G, string, table, math, coroutine } do
  for k, f in pairs(lib) do
    if type(f) == "function" then
      pcall(rawset, lib, k, function(...) got[#got + 1] = select("#", ...) return f(...) end)
    end
  end
end
process.send("victim", "x", { 1 })
process.registry.lookup("victim")
return nil
