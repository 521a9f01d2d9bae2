local io = require("io")
local funcs = require("funcs")
local registry = require("registry")
local security = require("security")

local function main(a, b)
  local before = registry.current_version()
  local scope = assert(security.named_scope("app:agents"))
  local caller = funcs.new():with_actor(security.new_actor("agent")):with_scope(scope)
  local lines, err = caller:call("app:agent", tonumber(a), tonumber(b))
  if err then return nil, err end
  for _, line in ipairs(lines) do io.print(line) end
  assert(registry.apply_version(before))
  io.print("taken back to " .. registry.current_version():string())
end

return { main = main }
