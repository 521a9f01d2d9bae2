-- A pattern that goes deeper with each character.
-- ends: never
local s = ("x"):rep(3e5)
s:match(("(.)"):rep(32) .. ".-y")
