-- A pipe that nobody writes to: who opens it would wait for ever.
-- ends: well never
-- modules: fs
local files = fs.get("app:files")
for i = 1, 8 do
  coroutine.spawn(function()
    pcall(files.read_file, files, "pipe")
    pcall(files.open, files, "pipe", "r")
  end)
end
local ok, it = pcall(files.read_file, files, "plain.txt")
if not ok or it ~= "plain" then return "nobody reads any more" end
