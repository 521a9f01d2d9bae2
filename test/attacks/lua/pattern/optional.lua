-- Thirty that may be there, thirty that must.
-- ends: never
(("a"):rep(30)):find(("a?"):rep(30) .. ("a"):rep(30) .. "b")
