-- Closing fails, in each of a hundred.
-- ends: LUA_ERROR
local function f(n)
  local x <close> = setmetatable({}, { __close = function() error("close") end })
  if n > 0 then f(n - 1) end
end
f(100)
