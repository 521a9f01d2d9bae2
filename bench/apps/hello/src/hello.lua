local io = require("io")

local function main()
  io.print("Hello")
  return 0
end

return { main = main }
