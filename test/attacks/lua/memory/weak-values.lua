-- A weak table that grows while it is emptied.
-- ends: never PROCESS_MEMORY
local t = setmetatable({}, { __mode = "v" })
local n = 0
while true do n = n + 1 t[n] = {} end
