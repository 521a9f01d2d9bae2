-- Patterns that take long to match.
-- ends: never well LUA_ERROR
-- modules: events
for i = 1, 200 do events.subscribe(("*"):rep(200) .. "b", ("**."):rep(100)) events.subscribe(("(a|b)"):rep(100)) end
for i = 1, 200 do events.send("attack." .. ("a"):rep(500), ("a."):rep(200), "y") end
