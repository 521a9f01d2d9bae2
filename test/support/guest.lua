-- A process in plain Lua for the guest halves of modules: the `host` table, a scheduler of coroutines, the modules of runtime-lua.
--
-- Receives read(module) → source and answer(op, target, tag, ...): the outside answers through `deliver`. Values cross as wasmoon converts
-- them. Returns run(source) and deliver(tag, ok, ...): both run everything that is ready, and return true when the program has ended.
local read, answer = ...

local host, modules, marked = {}, {}, setmetatable({}, { __mode = 'k' })
local ready, replies, tag, current, outcome = {}, {}, 0, nil, nil
local pid = '{app:processes|0x00001}'

function host.wake(co, a, b) ready[#ready + 1] = { co, a, b } end
function host.park() return coroutine.yield() end
function host.current() return current end
function host.receiver(in_lua)
  return function(channel)
    local taken, value, ok = in_lua(channel, current)
    if taken then return value, ok end
    return coroutine.yield()
  end
end
function host.wait(channel)
  channel[0] = current
  return coroutine.yield()
end
host.library = { utf8 = utf8 }
function host.received() end
function host.pid() return pid end
function host.meta_of(value) return debug.getmetatable(value) end

function host.userdata(meta)
  marked[meta] = true
  return meta
end
function host.class(name)
  local methods = {}
  return host.userdata{ __name = name, __metatable = name, __index = methods }, methods
end

local plain_type = type
function host.type(value)
  local meta = plain_type(value) == 'table' and debug.getmetatable(value)
  return meta and marked[meta] and 'userdata' or plain_type(value)
end

function host.async(op, target, ...)
  tag = tag + 1
  answer(op, target, tag, ...)
  return tag
end
function host.ask(op, target, ...)
  replies[host.async(op, target, ...)] = current
  return coroutine.yield()
end
function host.cast(op, target, ...) answer(op, target, 0, ...) end
function host.on_reply(t, fn) replies[t] = fn end
function host.forget(t) replies[t] = nil end

local function copy(value)
  if host.type(value) ~= 'table' then return host.type(value) ~= 'userdata' and host.type(value) ~= 'function' and value or nil end
  local result = {}
  for key, item in next, value do result[key] = copy(item) end
  return result
end

-- Stands for msgpack: a name for a copy of the values.
local packed = {}
function host.encode(...)
  local list = table.pack(...)
  for i = 1, list.n do list[i] = copy(list[i]) end
  packed[#packed + 1] = list
  return 'packed ' .. #packed
end
function host.decode(bytes)
  local list = packed[math.tointeger(bytes:match('%d+'))]
  local fresh = {}
  for i = 1, list.n do fresh[i] = copy(list[i]) end
  return table.unpack(fresh, 1, list.n)
end

function host.require_runtime(name)
  if not modules[name] then modules[name] = assert(load(read(name), '@' .. name .. '.lua', 't', setmetatable({ type = host.type }, { __index = _G })))(host) end
  return modules[name]
end

local function work()
  while #ready > 0 do
    local co, a, b = table.unpack(table.remove(ready, 1), 1, 3)
    current = co
    local ok, result = coroutine.resume(co, a, b)
    if not ok then outcome = { false, tostring(result) .. '\n' .. debug.traceback(co) } end
    if coroutine.status(co) == 'dead' and co == host.main then outcome = outcome or { true, result } end
  end
  if outcome then return true, outcome[1], outcome[2] end
  return false
end

local function run(source)
  local env = setmetatable({
    type = host.type, require = host.require_runtime, errors = host.require_runtime('errors'), channel = host.require_runtime('channel'),
    spawn = function(f) host.wake(coroutine.create(f)) end, become = function(other) pid = other end,
  }, { __index = _G })
  outcome = nil
  host.main = coroutine.create(assert(load(source, '@app.lua', 't', env)))
  host.wake(host.main)
  return work()
end

local function deliver(t, ok, ...)
  local waiting = replies[t]
  local values = table.pack(...)
  if not ok then values[1] = modules.errors.new(values[1]) end
  if plain_type(waiting) == 'function' then
    waiting(ok, table.unpack(values, 1, values.n))
  elseif waiting then
    replies[t] = nil
    if ok then host.wake(waiting, values[1], values[2]) else host.wake(waiting, nil, values[1]) end
  end
  return work()
end

return run, deliver
