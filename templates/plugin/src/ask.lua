local io = require("io")
local funcs = require("funcs")

local function main(below)
  local count, err = funcs.call("app:primes", tonumber(below) or 100)
  if err then return nil, err end
  io.print(count)
end

return { main = main }
