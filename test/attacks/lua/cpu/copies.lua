-- Copies of megabytes: much work in one instruction.
-- ends: never
local s = ("x"):rep(2e6)
while true do local t = s .. "y" end
