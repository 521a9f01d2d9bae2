-- Twenty stars in a row.
-- ends: PROCESS_FUEL
(("a"):rep(40)):find(("a*"):rep(20) .. "b")
