-- Matches of nothing, for ever.
-- ends: never
while true do for _ in (""):rep(1):gmatch("") do end end
