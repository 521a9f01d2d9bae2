-- An error that is thrown while an error is closed, for ever.
-- ends: never
while true do
  pcall(function() local x <close> = setmetatable({}, { __close = function() error("y") end }) error("x") end)
end
