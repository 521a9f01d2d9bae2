-- Everything that reaches out of plain Lua.
-- ends: well
for _, name in ipairs{ "io", "debug", "package", "load", "loadstring", "loadfile", "dofile", "collectgarbage",
  "rawlen", "warn", "jit", "ffi", "newproxy", "setfenv", "getfenv", "module", "js", "host", "raw" } do
  if rawget(_G, name) ~= nil then return name end
end
