-- Values that cannot travel.
-- ends: well LUA_ERROR
for _, v in ipairs{ print, coroutine.create(print), process.inbox(), setmetatable({}, { __index = _G }) } do
  pcall(process.send, "victim", "x", v)
end
