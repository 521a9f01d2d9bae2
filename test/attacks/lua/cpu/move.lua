-- A trillion places moved.
-- ends: never
table.move({}, 1, 1 << 40, 2, {})
