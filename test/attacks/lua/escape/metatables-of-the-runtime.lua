-- What stands behind the values of the runtime.
-- ends: well
for _, v in ipairs{ process.inbox(), process.events(), channel.new(), errors and errors.new("x") or false } do
  local m = getmetatable(v)
  if type(m) == "table" then
    pcall(function() m.__index = nil end)
    pcall(rawset, m, "__index", { receive = function() return "owned" end })
  end
  if pcall(setmetatable, v, {}) then return tostring(v) end
end
