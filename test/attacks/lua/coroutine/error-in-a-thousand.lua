-- A thousand coroutines that fail.
-- ends: well
for i = 1, 1000 do pcall(coroutine.wrap(function() error(("x"):rep(100)) end)) end
