-- Texts that are none: broken UTF-8, lone surrogates, zeros.
-- ends: well LUA_ERROR
-- modules: funcs events registry env logger
for _, s in ipairs{ "\255\254", "\xed\xa0\x80", "a\0b", "\xc0\x80", "\xf4\x90\x80\x80", ("\xf0"):rep(1000) } do
  process.send("victim", s, s, { [s] = s })
  pcall(function() return funcs.new():call(s, s) end)
  pcall(events.send, s, s, s, s)
  pcall(events.subscribe, s, s)
  pcall(registry.get, s)
  pcall(env.get, s)
  pcall(process.registry.register, s)
  pcall(logger.info, logger, s, { [s] = s })
end
