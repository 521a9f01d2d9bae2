-- Messages to nobody.
-- ends: never
while true do process.send("nobody", "x", 1) end
