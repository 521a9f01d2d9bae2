-- Through a replacement.
-- ends: LUA_ERROR PROCESS_MEMORY PROCESS_FUEL
local function f() return (("x"):gsub(".", f)) end
f()
