-- The strings of everybody, changed.
-- ends: well
local m = getmetatable("")
if type(m) == "table" then
  pcall(function() m.__index = function() return "owned" end end)
  pcall(function() m.__add = function() return 1 end end)
end
process.send("victim", "x", "y")
