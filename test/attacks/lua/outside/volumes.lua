-- Volumes that it was not given.
-- ends: well LUA_ERROR
-- modules: fs
for _, id in ipairs{ "app:home", "app:secret", "", "/", "app:../files", "__proto__", "app:files\0" } do
  local ok, volume = pcall(fs.get, id)
  if ok and volume then
    local read, it = pcall(volume.read_file, volume, "secret.txt")
    if read and it then return id end
  end
end
