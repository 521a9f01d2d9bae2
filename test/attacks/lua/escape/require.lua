-- Modules that it did not declare.
-- ends: well
for _, name in ipairs{ "io", "env", "registry", "funcs", "sql", "fs", "http_client", "exec", "security", "system",
  "socket", "ffi", "child_process", "node:fs", "../process", "main", "globals", "runtime.main" } do
  local ok, it = pcall(require, name)
  if ok then return name end
end
