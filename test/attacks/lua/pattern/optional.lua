-- Thirty that may be there, thirty that must.
-- ends: PROCESS_FUEL
(("a"):rep(30)):find(("a?"):rep(30) .. ("a"):rep(30) .. "b")
