-- Where a model would be asked: given what is wanted, it answers with the source of a function.

local function main(wanted)
  return "return function(a, b) return a * a + b * b end -- " .. wanted
end

return { main = main }
