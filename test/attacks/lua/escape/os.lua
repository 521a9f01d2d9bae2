-- What the operating system would do.
-- ends: well
if os then
  for _, name in ipairs{ "execute", "exit", "getenv", "remove", "rename", "tmpname", "setlocale" } do
    if os[name] ~= nil then return name end
  end
end
