-- A loop whose step is nothing but small.
-- ends: never
for x = 0, 1, 1e-300 do end
