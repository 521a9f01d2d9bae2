-- Through a comparator.
-- ends: LUA_ERROR PROCESS_MEMORY PROCESS_FUEL
local function f() table.sort({ 1, 2, 3 }, f) return true end
f()
