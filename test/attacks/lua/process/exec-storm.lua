-- Processes whose ends are waited for, a hundred at once.
-- ends: well never
for i = 1, 100 do coroutine.spawn(function() process.exec("app:short", "app:attackers") end) end
