-- Paths that would lead out of a directory.
-- ends: well
-- modules: fs
local files = fs.get("app:files")
local secret = "the secret of the node"
for _, up in ipairs{ "../", "..\\", "./../", "a/../../", "a/b/../../../", "....//", "..%2f", "..%252f", "%2e%2e/", "..\0/", "/../", "//../",
  "..;/", "．．/", "../a/../", "\\..\\" } do
  for _, name in ipairs{ "secret.txt", "./secret.txt", "secret.txt/.", "SECRET.TXT" } do
    for _, path in ipairs{ up .. name, "/" .. up .. name, up .. up .. name } do
      for _, read in ipairs{ files.read_file, files.open, files.stat, files.readdir } do
        local ok, it = pcall(read, files, path)
        if ok and type(it) == "string" and it:find(secret, 1, true) then return path end
      end
      pcall(files.write_file, files, path, "overwritten")
      pcall(files.remove, files, path)
      pcall(files.mkdir, files, path)
    end
  end
end
for _, path in ipairs{ "/etc/passwd", "/proc/self/environ", "/proc/self/mem", "C:\\x", "\\\\host\\x", ("a/"):rep(5000), ("x"):rep(1e5), "\0" } do
  local ok, it = pcall(files.read_file, files, path)
  if ok and it then return path end
end
