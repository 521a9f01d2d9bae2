return function()
  local list = {}
  for i = 1, 1e6 do list[i] = i * 2 end
  local sum = 0
  for i = 1, #list do sum = sum + list[i] end
  return sum
end
