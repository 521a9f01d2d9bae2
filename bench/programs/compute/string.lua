return function()
  local parts = {}
  for i = 1, 1e5 do parts[#parts + 1] = ("k" .. i):upper():sub(2, 4) end
  return #table.concat(parts)
end
