-- An iterator that never stops.
-- ends: never
for _ in function() return 1 end do end
