-- Every name it can think of.
-- ends: well never
for i = 1, 20000 do process.registry.register("attack." .. i) end
