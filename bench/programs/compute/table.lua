return function()
  local sum = 0
  for _ = 1, 5 do
    local list = {}
    for i = 1, 2e5 do list[i] = i * 2 end
    for i = 1, #list do sum = sum + list[i] end
  end
  return sum
end
