local funcs, io, security = require("funcs"), require("io"), require("security")

-- With so many policies in the scope; without any, as the operator's.
return function()
  local args = io.args()
  local count, policies = tonumber(args[1]), tonumber(args[2])
  local call = funcs.new()
  if policies > 0 then
    local held = {}
    for i = 1, policies do held[i] = assert(security.policy("bench:p" .. policies + 1 - i)) end
    call = call:with_actor(security.new_actor("ada", { role = "reader" })):with_scope(security.new_scope(held))
  end
  local _, err = call:call("bench:ask", count)
  if err then error(err) end
end
