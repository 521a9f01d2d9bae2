-- Two strings that differ at their ends, compared for ever.
-- ends: never
local a = ("a"):rep(1e6)
local b = a .. "b"
while true do local _ = a < b end
