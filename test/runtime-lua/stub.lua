-- A process in plain Lua: the `host` table that modules of runtime-lua receive, without WebAssembly, frames or a kernel.
--
-- Receives read(file name) → source, and ask(op, target, tag, arguments) → which the outside answers later through `stub.reply`. Arguments
-- and answers cross as text: fields joined by commas, n nil, t true, f false, i integer, d float, s string in hex, e error (kind, message,
-- retryable). `stub.run(f)` starts f, `stub.step()` runs what is ready and tells whether all is done.
local read, ask = ...

local stub, host, modules = {}, {}, {}
local lua_type, rawtype_of = type, setmetatable({}, { __mode = 'k' })

---------------------------------------------------------------------------------------------------------------------------------- values

local function hex(s)
  return (s:gsub('.', function(c) return ('%02x'):format(c:byte()) end))
end

local function unhex(s)
  return (s:gsub('%x%x', function(c) return string.char(tonumber(c, 16)) end))
end

local function field(v)
  if v == nil then return 'n' end
  if v == true then return 't' end
  if v == false then return 'f' end
  if math.type(v) == 'integer' then return 'i' .. v end
  if math.type(v) == 'float' then return 'd' .. ('%.17g'):format(v) end
  return 's' .. hex(v)
end

local function to_text(...)
  local list = table.pack(...)
  for i = 1, list.n do list[i] = field(list[i]) end
  return table.concat(list, ',')
end

local function value(text)
  local kind, rest = text:sub(1, 1), text:sub(2)
  if kind == 't' then return true end
  if kind == 'f' then return false end
  if kind == 'i' then return math.tointeger(tonumber(rest)) end
  if kind == 'd' then return tonumber(rest) + 0.0 end
  if kind == 's' then return unhex(rest) end
  if kind == 'l' then -- a list of strings
    local list = {}
    for part in rest:gmatch('[^;]+') do list[#list + 1] = unhex(part) end
    return list
  end
  if kind == 'e' then
    local name, message, retryable = rest:match('(%x*);(%x*);(.)')
    return setmetatable({ unhex(name), unhex(message), value(retryable) }, modules.errors.metatable)
  end
end

local function from_text(text)
  local list, n = {}, 0
  for part in (text .. ','):gmatch('(.-),') do
    n = n + 1
    list[n] = value(part)
  end
  return list, n
end

------------------------------------------------------------------------------------------------------------------------------ coroutines

local ready, waiting, handlers, tag, alive = {}, {}, {}, 0, 0

local function wake(co, ...)
  ready[#ready + 1] = { co, table.pack(...) }
end

local function spawn(f)
  alive = alive + 1
  wake(coroutine.create(f))
end

local function request(op, target, ...)
  tag = tag + 1
  ask(op, target, tag, to_text(...))
  return tag
end

function host.ask(op, target, ...)
  waiting[request(op, target, ...)] = coroutine.running()
  return coroutine.yield()
end
host.async = request
function host.cast(op, target, ...) ask(op, target, 0, to_text(...)) end
function host.on_reply(t, f) handlers[t] = f end
function host.forget(t) handlers[t] = nil end

function stub.reply(t, ok, text)
  local list, n = from_text(text)
  if handlers[t] then return handlers[t](ok, table.unpack(list, 1, n)) end
  local co = waiting[t]
  waiting[t] = nil
  if not co then return end
  if ok then wake(co, table.unpack(list, 1, n)) else wake(co, nil, list[1]) end
end

function stub.run(f)
  spawn(f)
end

--- Runs until every coroutine waits; true when all have ended.
function stub.step()
  while #ready > 0 do
    local co, values = table.unpack(table.remove(ready, 1))
    local ok, err = coroutine.resume(co, table.unpack(values, 1, values.n))
    if coroutine.status(co) == 'dead' then alive = alive - 1 end
    if not ok then error(tostring(err) .. '\n' .. debug.traceback(co), 0) end
  end
  return alive == 0
end

---------------------------------------------------------------------------------------------------------------------------------- channels

local Channel = {}
Channel.__index = Channel

local function notify(self)
  local co = self.waiter
  self.waiter = nil
  if co then wake(co) end
end

function Channel:__offer(v)
  if self.closed or self.last - self.first + 1 >= self.size then return false end
  self.last = self.last + 1
  self[self.last] = v
  notify(self)
  return true
end
function Channel:close()
  self.closed = true
  notify(self)
end
function Channel:receive()
  while self.first > self.last do
    if self.closed then return nil, false end
    self.waiter = coroutine.running()
    coroutine.yield()
  end
  local v = self[self.first]
  self[self.first] = nil
  self.first = self.first + 1
  return v, true
end
function Channel:case_receive() return self end

local channel = {}
function channel.new(size) return setmetatable({ size = size or 0, first = 1, last = 0 }, Channel) end
function channel.select(list)
  while true do
    for _, c in ipairs(list) do
      if c.first <= c.last or c.closed then
        for _, other in ipairs(list) do other.waiter = nil end
        local v, ok = c:receive()
        return { channel = c, value = v, ok = ok }
      end
    end
    for _, c in ipairs(list) do c.waiter = coroutine.running() end
    coroutine.yield()
  end
end
modules.channel = channel

------------------------------------------------------------------------------------------------------------------------------------ host

local nanoseconds = 1735484645123456789

function host.now() return nanoseconds end
function host.clock() return 0.25 end
function host.pid() return '{test|0x00001}' end
function host.entry() return 'app:test' end
function stub.advance(to) nanoseconds = to end

host.library = { utf8 = utf8 }
function host.textual(f)
  return function(s, ...) return f(getmetatable(s) == 'Error' and tostring(s) or s, ...) end
end

function host.userdata(mt)
  rawtype_of[mt] = true
  return mt
end
function host.class(name)
  local methods = {}
  return host.userdata{ __name = name, __metatable = name, __index = methods }, methods
end
function host.type(...)
  if select('#', ...) == 0 then return lua_type(...) end
  local mt = debug.getmetatable((...))
  return mt and rawtype_of[mt] and 'userdata' or lua_type((...))
end

-- Stands for msgpack: a name for the values, which only this process can read.
local encoded = {}
function host.encode(...)
  encoded[#encoded + 1] = table.pack(...)
  return 'bytes ' .. #encoded
end
function host.decode(bytes)
  local list = encoded[tonumber(bytes:match('%d+'))]
  return table.unpack(list, 1, list.n)
end

function host.require_runtime(name)
  if not modules[name] then
    modules[name] = assert(load(read(name), '@' .. name .. '.lua', 't'))(host)
  end
  return modules[name]
end

--- A program's globals: Lua's, with the runtime's modules in their places.
function stub.globals()
  local errors = host.require_runtime('errors')
  local strings = { rep = host.textual(string.rep) } -- what the companion does itself
  for name in ('find match gmatch gsub lower reverse upper'):gmatch('%a+') do strings[name] = host.textual(string[name]) end
  for name, f in pairs(string) do strings[name] = strings[name] or f end
  local env = {
    errors = errors, payload = host.require_runtime('payload'), os = host.require_runtime('os'), channel = channel,
    string = errors.install(strings), type = host.type, host = host, stub = stub,
  }
  function env.require(name) return host.require_runtime(name) end
  env.spawn = spawn
  return setmetatable(env, { __index = _G })
end

return stub
