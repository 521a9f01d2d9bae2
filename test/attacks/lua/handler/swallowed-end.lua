-- Every way to catch its own end, at once.
-- ends: never
while true do
  pcall(coroutine.wrap(function()
    local x <close> = setmetatable({}, { __close = function() while true do end end })
    xpcall(function() while true do end end, function() while true do end end)
  end))
end
