-- Names that look like something else.
-- ends: well
for _, name in ipairs{ "__proto__", "constructor", "toString", "{app:processes|0x00001}", "", "@x", "a\0b" } do
  local ok = process.registry.register(name)
  if ok then return name end
  if process.registry.lookup(name) then return name end
end
