-- Values that no format likes.
-- ends: well LUA_ERROR
-- modules: logger
for _, v in ipairs{ 0 / 0, 1 / 0, math.mininteger, "\255\254\0", ("\xed\xa0\x80"), print } do
  pcall(logger.info, logger, "x", { v = v })
  pcall(print, v)
end
