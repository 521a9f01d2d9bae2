-- A loop without end.
-- ends: never
while true do end
