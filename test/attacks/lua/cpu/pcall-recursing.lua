-- Each level would go on when the one below is ended.
-- ends: LUA_ERROR PROCESS_MEMORY PROCESS_FUEL never
local function f() pcall(f) while true do end end
f()
