-- Files without end, opened and never closed.
-- ends: well never LUA_ERROR PROCESS_MEMORY
-- modules: fs
local files, kept = fs.get("app:files"), {}
for i = 1, 2000 do kept[i] = files:open("plain.txt", "r") end
