-- A pattern that goes deeper with each character.
-- ends: LUA_ERROR well PROCESS_FUEL
local s = ("x"):rep(3e5)
s:match(("(.)"):rep(32) .. ".-y")
