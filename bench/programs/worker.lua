-- Plain work, `count` turns of a loop.
return function(count)
  local sum = 0
  for i = 1, count do sum = sum + i % 7 end
  return sum
end
