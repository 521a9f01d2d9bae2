-- Numbers at their ends, given to everything.
-- ends: well LUA_ERROR PROCESS_MEMORY PROCESS_FUEL
local odd = { math.mininteger, math.maxinteger, -1, 2^53, 1 << 32, (1 << 32) + 1, 0 / 0, 1 / 0, -1 / 0, 1e300 }
for _, lib in ipairs{ string, math, table } do
  for _, f in pairs(lib) do
    if type(f) == "function" then
      for _, a in ipairs(odd) do
        for _, b in ipairs(odd) do pcall(f, "abc", a, b) pcall(f, { 1, 2 }, a, b) pcall(f, a, b) end
      end
    end
  end
end
