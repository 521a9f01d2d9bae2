local http = require("http")
local greeting = require("greeting")

local function main()
  local request, response = assert(http.request()), assert(http.response())
  response:write_json({ message = greeting.of(request:param("name")) })
end

return { main = main }
