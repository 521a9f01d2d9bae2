-- Fields that are deep, many, and named oddly.
-- ends: well LUA_ERROR never
-- modules: logger
local t = {}
for i = 1, 200 do t = { t } end
pcall(logger.info, logger, "x", { deep = t })
local many = {}
for i = 1, 1e4 do many["k" .. i] = i end
pcall(logger.info, logger, "x", many)
pcall(logger.info, logger, "x", { __proto__ = { admin = true }, constructor = 1, toString = 2 })
