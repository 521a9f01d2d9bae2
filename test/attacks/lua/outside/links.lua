-- Links that lead out of a directory, read, written and walked through.
-- ends: well
-- modules: fs
local files = fs.get("app:files")
local secret = "the secret of the node"
for _, path in ipairs{ "link", "up/secret.txt", "up/cage/../secret.txt", "zero", "environ" } do
  local ok, it = pcall(files.read_file, files, path)
  if ok and it then return path end
  local opened, file = pcall(files.open, files, path, "r")
  if opened and file then return path end
  pcall(files.write_file, files, path, "overwritten")
end
pcall(files.chdir, files, "up")
local ok, it = pcall(files.read_file, files, "secret.txt")
if ok and it and it:find(secret, 1, true) then return "chdir" end
