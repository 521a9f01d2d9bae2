-- The root of every process: it reads the inbox, runs coroutines until each one waits, and rests.
--
-- Loaded once, when the image is booted. It owns the scheduler of coroutines, delivery of messages, and the `host` table that every other
-- file of runtime-lua receives. Invariants:
--   M1 Coroutines run only from `root`, one at a time, in the order in which they became ready.
--   M2 Nothing here blocks: what waits has left a tag in `replies`, or stands in a channel's queue.
--   M3 A message goes to the channel that listens to its topic, else to the inbox, else it stays in `retained`, in order of arrival.

local raw = ...
local base, coroutine, table, string, math, utf8 = raw[1], raw[2], raw[3], raw[4], raw[5], raw[6]
local next_frame, values, payload, decode, encode, send, emit, now, spent, rest =
  raw[7], raw[8], raw[9], raw[10], raw[11], raw[12], raw[13], raw[14], raw[15], raw[16]
local compile, traceback, error_meta, type_of, resume, wrap, yield, park, run, credit, meta_of, current =
  raw[17], raw[18], raw[19], raw[20], raw[21], raw[22], raw[23], raw[24], raw[25], raw[26], raw[27], raw[28]
local frame_value, frame_name, frame_flag, wait, write_ask = raw[30], raw[31], raw[32], raw[33], raw[34]

local collect, compile_frame = collectgarbage, raw[29] -- only until the image is ready
local type, pairs, ipairs, error, pcall, tostring, setmetatable, select, next = type_of, pairs, ipairs, error, pcall, tostring, setmetatable, select, next
local create = coroutine.create

-- kinds of frames (src/kernel/frame.ts) and verdicts of a step (src/vm/abi.ts)
local MESSAGE, REPLY, EVENT, START, LOAD = 1, 2, 3, 4, 5
local ASK, EXIT = 17, 18
local WAIT, DONE = 1, 2

local host = { encode = encode, decode = decode, now = now, spent = spent, meta_of = meta_of, compile = compile }
local runtime = {} -- modules of runtime-lua by name
local globals = base -- _G
base.type, base.coroutine, base.table, base.string, base.math, base.utf8 = type_of, coroutine, table, string, math, utf8

-- coroutines ----------------------------------------------------------------------------------------------------------------------------

local ready, first, last = {}, 1, 0 -- triples: coroutine and the two values it is resumed with
local main -- the one whose end is the end of the process
local finished = false
local replies = {} -- tag → coroutine that waits, or function(ok, ...)
local open = 0 -- entries of `replies`
local backlog = 0 -- messages taken in, not yet received by the code
local subscribed = false -- somebody may still send us something

local function wake(co, a, b)
  ready[last + 1], ready[last + 2], ready[last + 3] = co, a, b
  last = last + 3
end

local function finish(ok, value, err)
  finished = true
  emit(EXIT, ok and 1 or 0, 0, "", "", value, err)
end

-- What main or a coroutine ended with, as an Error: strings get the traceback of the coroutine they were raised in.
local function as_error(err, co)
  local errors = runtime.errors
  if errors.is_error(err) then
    if co and not err[6] then err[6] = traceback(co) end
    return err
  end
  local text = type(err) == "string" and err
  if not text then
    local ok, shown = pcall(tostring, err)
    text = ok and shown or "error object is not a string"
  end
  local made = errors.new(text)
  made[6] = co and traceback(co) or nil
  return made
end

-- Takes what `run` answered: nothing = it waits; a number = it wants to go on; true = it ended; false = it failed.
local function settle(co, ok, value, err)
  if ok == nil then return end
  if ok == 0 or ok == 1 then return wake(co) end
  if ok then
    if co ~= main then return end
    if err then return finish(false, value, as_error(err)) end
    return finish(true, value)
  end
  finish(false, nil, as_error(value, co))
end

-- asks ----------------------------------------------------------------------------------------------------------------------------------

local function await(t)
  replies[t] = current()
  open = open + 1
  local a, b, c, d = park()
  return a, b, c, d
end

--- Asks the host and waits. Returns what it answers, or nil and an Error.
function host.ask(op, target, ...)
  local t = write_ask(op, target, ...)
  replies[t] = current()
  open = open + 1
  local a, b, c, d = park()
  return a, b, c, d
end

--- Asks the host and goes on; the answers go to the function given to `on_reply`. Returns the tag.
host.async = write_ask

--- Tells the host; there is no answer.
function host.cast(op, target, ...)
  emit(ASK, 0, 0, op, target, ...)
end

--- fn(ok, ...) is called for each answer to `t`, until `forget`. It must not wait.
function host.on_reply(t, fn)
  if not replies[t] then open = open + 1 end
  replies[t] = fn
end

function host.forget(t)
  if replies[t] then
    replies[t] = nil
    open = open - 1
  end
end

local function sent(t, to)
  local ok, err = await(t)
  if ok then
    credit(to)
    return true
  end
  return nil, err
end

--- Sends a message. true, or nil and an Error. Waits only when the peer's mailbox has to be asked.
function host.send(to, topic, ...)
  local t = send(to, topic, ...)
  if t == true then return true end
  return sent(t, to)
end

host.wake, host.park, host.wait, host.current = wake, park, wait, current

--- Starts fn as a managed coroutine; it runs before the caller goes on.
function host.spawn(fn)
  local co = create(fn)
  wake(co)
  if coroutine.isyieldable() then
    wake(current())
    park()
  end
  return co
end

-- messages ------------------------------------------------------------------------------------------------------------------------------

local listeners = {} -- topic → { channel, whole } ; whole: Message objects instead of values
local inbox -- channel of Message objects, once somebody asked for it
local events
local retained, retained_events = {}, {}
local pid, entry

local Message = {}
local message_meta = { "userdata", __index = Message, __metatable = "message", __name = "message" }
function Message:topic() return self[1] end
function Message:from() return self[2] end
function Message:payload()
  local bytes = self[3]
  if type(bytes) == "string" then
    local count = select("#", decode(bytes))
    local lazy = runtime.payload.lazy
    if count == 1 then
      bytes = lazy(bytes, 1)
    elseif count == 0 then
      bytes = false
    else
      local list = {}
      for i = 1, count do list[i] = lazy(bytes, i) end
      bytes = list
    end
    self[3] = bytes
  end
  return bytes or nil
end

local function counted(channel, value)
  backlog = backlog + 1
  channel:__feed(value)
end

--- Called by a channel when a message that `counted` put there was received.
function host.received() backlog = backlog - 1 end

-- 1 value → the value, more → a list, none → nil
local function plain(n, a, ...)
  if n <= 1 then return a end
  return { a, ... }
end

-- To a channel: straight to a coroutine that waits for it, else into its buffer. channel[0] is a coroutine that waits for nothing else.
local function feed(channel, value)
  local co = channel[0]
  if co then
    channel[0] = nil
    return settle(co, run(co, value, true))
  end
  local chosen, a, b = channel:__waiting(value)
  if chosen then return settle(chosen, run(chosen, a, b)) end
  counted(channel, value)
end

local function message(topic)
  return setmetatable({ topic, frame_name(), payload() }, message_meta)
end

local function on_message(topic)
  local listener = listeners[topic]
  if listener then
    if listener.whole then return feed(listener.channel, message(topic)) end
    return feed(listener.channel, frame_value())
  end
  local message = message(topic)
  if inbox then return feed(inbox, message) end
  retained[#retained + 1] = message
  backlog = backlog + 1
end

-- Hands retained messages that `wants` to a channel, in order.
local function release(wants, channel, convert)
  if #retained == 0 then return end
  local kept = {}
  for _, message in ipairs(retained) do
    if wants(message) then
      backlog = backlog - 1
      counted(channel, convert(message))
    else
      kept[#kept + 1] = message
    end
  end
  retained = kept
end

local function new_feed() return runtime.channel.feed() end

function host.inbox()
  if not inbox then
    subscribed = true
    inbox = new_feed()
    release(function(message) return not listeners[message[1]] end, inbox, function(message) return message end)
  end
  return inbox
end

function host.events()
  if not events then
    subscribed = true
    events = new_feed()
    for _, event in ipairs(retained_events) do counted(events, event) end
    backlog = backlog - #retained_events
    retained_events = {}
  end
  return events
end

function host.listener(topic) return listeners[topic] end

--- Binds a channel (or a new one) to a topic.
function host.listen(topic, whole, channel)
  subscribed = true
  channel = channel or new_feed()
  listeners[topic] = { channel = channel, whole = whole }
  release(function(message) return message[1] == topic end, channel, function(message)
    if whole then return message end
    return plain(select("#", decode(message[3])), decode(message[3]))
  end)
  return channel
end

--- Ends the subscription of a channel; true when it had one.
function host.unlisten(channel)
  for topic, listener in pairs(listeners) do
    if listener.channel == channel then
      listeners[topic] = nil
      return true
    end
  end
  return false
end

local function on_event(kind)
  local event = { kind = kind, from = frame_name(), at = runtime.time and runtime.time.now() or now() }
  if kind == "pid.cancel" then
    event.reason = values()
  else
    local value, err = values()
    event.result = { value = value, error = err }
  end
  if events then return feed(events, event) end
  retained_events[#retained_events + 1] = event
  backlog = backlog + 1
end

local function on_reply(t)
  local waits = replies[t]
  if not waits then return end
  if type(waits) == "function" then return waits(frame_flag(), values()) end
  replies[t] = nil
  open = open - 1
  if frame_flag() then return settle(waits, run(waits, values())) end
  settle(waits, run(waits, nil, (values())))
end

-- the program of an entry ---------------------------------------------------------------------------------------------------------------

local libraries = {} -- { chunk, id, imports }
local program, method, imports

-- A file of runtime-lua, while the image is booted.
local function load_runtime(name)
  runtime[name] = compile_frame()(host)
  if name == "errors" then error_meta(runtime.errors.metatable) end
  if name ~= "globals" then return end
  for global, value in pairs(runtime.globals) do globals[global] = value end
  raw[29], compile_frame = nil, nil
  collect()
  collect()
end

local function on_load(role, chunk_name)
  if role == "runtime" then return load_runtime(chunk_name) end
  local a, b, c, d = values()
  if role == "module" then
    globals[a] = runtime[a]
  elseif role == "library" then
    libraries[#libraries + 1] = { assert(compile(a, chunk_name)), b, c }
  elseif role == "main" then
    program, method, entry, imports = assert(compile(a, chunk_name)), b, c, d
  elseif role == "ready" then
    collect()
    collect()
  end
end

local function bind(names, loaded)
  for alias, id in pairs(names) do globals[alias] = loaded[id] end
end

-- The body of the main coroutine: libraries in order, the chunk, then its entry point.
local function body(...)
  local loaded = {}
  for _, library in ipairs(libraries) do
    bind(library[3], loaded)
    loaded[library[2]] = library[1]()
  end
  bind(imports, loaded)
  local exported = program()
  if type(exported) == "function" then return exported(...) end
  local start = type(exported) == "table" and exported[method]
  if type(start) ~= "function" then
    return nil, runtime.errors.new{ kind = "NotFound", message = "method not found: " .. method .. " in " .. entry }
  end
  return start(...)
end

--- `require`: what the entry declared, installed as a global.
function host.require(name)
  if type(name) ~= "string" then error("bad argument #1 to 'require' (string expected, got " .. type(name) .. ")", 2) end
  local value = globals[name]
  if value == nil then
    error("module '" .. name .. "' not found: " .. (entry or "the entry") .. " declares it neither under modules nor under imports", 2)
  end
  return value
end

local function on_start(seed)
  pid = frame_name()
  math.randomseed(seed, 0x77697070)
  main = create(body)
  settle(main, run(main, values()))
end

function host.pid() return pid end
function host.entry() return entry end
function host.require_runtime(name) return runtime[name] end

--- Marks a metatable: `type` says "userdata" for what carries it, and it does not cross a process border.
function host.userdata(meta)
  meta[1] = "userdata"
  return meta
end

local SECONDS_PER_FUEL = 4e-9
--- Processor time: fuel at a fixed rate, in seconds.
function host.clock() return spent() * SECONDS_PER_FUEL end

host.type = type_of
host.library = { base = base, coroutine = coroutine, table = table, string = string, math = math, utf8 = utf8 }
host.native = { resume = resume, wrap = wrap, yield = yield }

-- the loop ------------------------------------------------------------------------------------------------------------------------------

local function other(kind, t, topic)
  if kind == EVENT then return on_event(topic) end
  if kind == START then return on_start(t) end
  if kind == LOAD then return on_load(topic, frame_name()) end
end

local function run_ready()
  local stop = last -- what becomes ready meanwhile runs in the next round, after the inbox
  while first <= stop do
    local co, a, b = ready[first], ready[first + 1], ready[first + 2]
    ready[first], ready[first + 1], ready[first + 2] = nil, nil, nil
    first = first + 3
    settle(co, run(co, a, b))
    if finished then return end
  end
  if first > last then first, last = 1, 0 end
end

return function()
  while true do
    local kind, t, topic = next_frame()
    while kind do
      if kind == MESSAGE then on_message(topic) elseif kind == REPLY then on_reply(t) else other(kind, t, topic) end
      if finished then break end
      kind, t, topic = next_frame()
    end
    if finished then
      rest(DONE, 0)
    elseif first <= last then
      run_ready()
    elseif main and open == 0 and not subscribed then
      finish(false, nil, runtime.errors.new{ kind = "Internal", message = "all coroutines blocked with no pending operations" })
    else
      rest(WAIT, backlog)
    end
  end
end
