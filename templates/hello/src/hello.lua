local io = require("io")
local greeting = require("greeting")

local function main(name)
  io.print(greeting.of(name))
end

return { main = main }
