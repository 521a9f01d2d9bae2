-- A chain of coroutines, each closed by the next.
-- ends: well LUA_ERROR PROCESS_MEMORY PROCESS_FUEL
local co
for i = 1, 2e4 do
  local p = co
  co = coroutine.create(function()
    local x <close> = setmetatable({}, { __close = function() if p then coroutine.close(p) end end })
    coroutine.yield()
  end)
  coroutine.resume(co)
end
coroutine.close(co)
