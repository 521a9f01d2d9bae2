local http = require("http")

local function main()
  local request, response = assert(http.request()), assert(http.response())
  response:write_json({ message = "Hello, " .. request:param("name") .. "!" })
end

return { main = main }
