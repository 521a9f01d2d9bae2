-- Names of a hundred thousand characters.
-- ends: well never LUA_ERROR
for i = 1, 50 do process.registry.register("attack." .. i .. ("x"):rep(1e5)) end
