local io = require("io")

local function main(name)
  io.print("Hello, " .. (name or "world") .. "!")
end

return { main = main }
