-- Lua as the system has it: reads `task count argument` line by line, answers nanoseconds of processor time (peer.ts).
-- The argument is the folder of the programs; `compute` also takes a name and says what came out.

local folder = arg[1]

local function load_program(name) return assert(loadfile(folder .. "/" .. name .. ".lua"))() end

local function timed(run, ...)
  collectgarbage()
  local start = os.clock()
  local result = run(...)
  return math.floor((os.clock() - start) * 1e9), result
end

local tasks = {}

function tasks.switch(count) return (timed(load_program("switch"), count)) end
function tasks.coroutines(count, kind) return (timed(load_program("coroutines"), count, kind)) end

function tasks.compute(_, name)
  local ns, result = timed(load_program("compute/" .. name))
  return ('{"ns":%d,"result":%s}'):format(ns, math.tointeger(result) or result)
end

-- Bytes that the system has given this program, where the system says so.
local function resident()
  local file = io.open("/proc/self/statm")
  if not file then return 0 end
  local _, pages = file:read("n", "n")
  file:close()
  return pages * 4096
end

-- Bytes of each coroutine that waits.
function tasks.alive(count)
  local kept = {}
  for i = 1, count do kept[i] = false end
  collectgarbage()
  local heap, pages = collectgarbage("count"), resident()
  for i = 1, count do
    kept[i] = coroutine.create(function() while true do coroutine.yield() end end)
    coroutine.resume(kept[i])
  end
  collectgarbage()
  heap, pages = (collectgarbage("count") - heap) * 1024 / count, (resident() - pages) / count
  return ('{"heap":%.1f,"resident":%.1f}'):format(heap, pages)
end

function tasks.spawn(count)
  return (timed(function()
    for _ = 1, count do coroutine.resume(coroutine.create(function() coroutine.yield() end)) end
  end))
end

io.stdout:setvbuf("line")
for line in io.lines() do
  local task, count, argument = line:match("^(%S+) ?(%S*) ?(%S*)$")
  local ok, answer = pcall(tasks[task], tonumber(count), argument)
  print(ok and answer or "!" .. tostring(answer):match("[^\n]*"))
end
