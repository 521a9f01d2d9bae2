-- Twenty stars in a row.
-- ends: never
(("a"):rep(40)):find(("a*"):rep(20) .. "b")
