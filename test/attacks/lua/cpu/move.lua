-- A trillion places moved.
-- ends: PROCESS_FUEL
table.move({}, 1, 1 << 40, 2, {})
