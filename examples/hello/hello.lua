local io = require("io")

local function main(name)
  io.print("Hello, " .. (name or "world") .. "!")
  io.print("I am process " .. process.pid())
  return 0 -- the exit code
end

return { main = main }
