-- A channel with room for a trillion.
-- ends: PROCESS_MEMORY LUA_ERROR
local c = channel.new(1 << 40)
while true do c:send(("x"):rep(1000)) end
