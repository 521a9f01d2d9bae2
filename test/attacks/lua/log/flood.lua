-- Lines without end.
-- ends: never
while true do print("x") end
