-- Pids that are none, or of others.
-- ends: well
for _, to in ipairs{ "{app:processes|0x00001", "{app:processes|}", "{|0x1}", "{app:processes|0xffffffffffff}",
  "{app:processes|0x-1}", "{app:processes|1e9}", "{}", "", "{app:processes|0x00001}\0", "@control",
  "node@{app:processes|0x1}" } do
  local done, ok = pcall(process.send, to, "x", 1)
  if done and ok then return to end
end
