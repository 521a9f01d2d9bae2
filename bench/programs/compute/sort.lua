return function()
  local seed, list = 1, {}
  for i = 1, 5e4 do
    seed = (seed * 1103515245 + 12345) % 2147483648
    list[i] = seed
  end
  table.sort(list)
  return list[1]
end
