-- What every process has besides the code of its entry: delivery of messages, asks, the start and the end. Loaded once, when the image is
-- booted; the companion (wasm/companion/task.ts) runs coroutines and calls `handler` for what it does not do itself.
--
--   M1 The handler never waits: what waits stands in a channel's queue or is known by a tag.
--   M2 A message goes to the channel that listens to its topic, else to the inbox, else it stays in `retained`, in order of arrival.

local raw = ...
local base, coroutine, table, string, math, utf8 = raw[1], raw[2], raw[3], raw[4], raw[5], raw[6]
local values, frame_name, frame_flag, frame_payload, encode, decode, emit = raw[7], raw[8], raw[9], raw[10], raw[11], raw[12], raw[13]
local run, wake, current, receiver, park = raw[14], raw[15], raw[16], raw[17], raw[18]
local ask, post, send, expect, forget = raw[19], raw[20], raw[21], raw[22], raw[23]
local keep, note, finished, subscribe, set_program = raw[24], raw[25], raw[26], raw[27], raw[28]
local compile, compile_frame, traceback = raw[29], raw[30], raw[31]
local type_of, meta_of, error_meta = raw[32], raw[33], raw[34]
local now, spent = raw[35], raw[36]

string.find, string.match, string.gmatch, string.gsub = raw[43], raw[44], raw[45], raw[46]
string.upper, string.lower, string.reverse, base.tostring = raw[47], raw[48], raw[49], raw[50]
base.type, base.coroutine, base.table, base.string, base.math, base.utf8 = type_of, coroutine, table, string, math, utf8
local collect = collectgarbage
local type, pairs, ipairs, error, pcall, tostring, setmetatable, select = type_of, pairs, ipairs, error, pcall, tostring, setmetatable, select

-- kinds of frames (src/kernel/frame.ts), and what else the handler is called with (wasm/companion/task.ts)
local MESSAGE, REPLY, EVENT, START, LOAD, QUERY, RENAME = 1, 2, 3, 4, 5, 6, 7
local EXIT, ASK = 18, 17
local ENDED, IDLE = 32, 33

local globals = base -- _G
local runtime = {} -- modules of runtime-lua by name
local pid, entry

local SECONDS_PER_FUEL = 4e-9

local host = {
  --- Asks the host and waits: ask(op, target, ...) → what it answers, or nil and an Error.
  ask = ask,
  --- Asks the host and goes on: async(op, target, ...) → tag; answers go to the function given to `on_reply(tag, fn(ok, ...))`.
  async = post,
  on_reply = expect,
  forget = forget,
  --- Sends a message: send(to, topic, ...) → true, or nil and an Error. Waits only when the peer's mailbox has to be asked.
  send = send,
  wake = wake, park = park, current = current, receiver = receiver,
  encode = encode, decode = decode, compile = compile, now = now, spent = spent, meta_of = meta_of, type = type_of,
  library = { base = base, coroutine = coroutine, table = table, string = string, math = math, utf8 = utf8 },
  native = { resume = raw[37], wrap = raw[38], yield = raw[39], rep = raw[41], sort = raw[42],
    insert = raw[51], remove = raw[52], move = raw[53], concat = raw[54], next = raw[55] },
  --- textual(f) → f, for which an Error as its first argument is its text.
  textual = raw[40],
  --- What answers questions about this process: name → function.
  queries = {},
}

--- Tells the host; there is no answer.
function host.cast(op, target, ...) emit(ASK, 0, 0, op, target, ...) end
--- Processor time: fuel at a fixed rate, in seconds.
function host.clock() return spent() * SECONDS_PER_FUEL end
--- Called by a channel when messages that the runtime put there are not backlog any more.
function host.received(n) note(-n) end
function host.pid() return pid end
function host.entry() return entry end
function host.require_runtime(name) return runtime[name] end
--- Where the running coroutine stands, as text.
function host.traceback(message) return traceback(nil, message) end

--- Marks a metatable: `type` says "userdata" for what carries it, and it does not cross a process border.
function host.userdata(meta)
  meta[1] = "userdata"
  return meta
end

--- host.class(name) → metatable of its objects, their methods
function host.class(name)
  local methods = {}
  return host.userdata{ __name = name, __metatable = name, __index = methods }, methods
end

--- Starts fn as a managed coroutine; it runs before the caller goes on.
function host.spawn(fn)
  local co, caller = coroutine.create(fn), current()
  wake(co)
  if caller then
    wake(caller)
    park()
  end
  return co
end

-- the end -------------------------------------------------------------------------------------------------------------------------------

local function finish(ok, value, err)
  finished()
  local well, why = pcall(emit, EXIT, ok and 1 or 0, 0, "", "", value, err)
  if not well then emit(EXIT, 0, 0, "", "", nil, runtime.errors.new{ kind = "Invalid", message = why }) end
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

-- Main ended, or any coroutine failed. A second result is an error when it is one, or text: `return channel:receive()` is no failure.
local function on_ended(co, ok, value, err)
  if not ok then return finish(false, nil, as_error(value, co)) end
  if type(err) == "string" or runtime.errors.is_error(err) then return finish(false, value, as_error(err)) end
  return finish(true, value)
end

local function on_idle()
  finish(false, nil, runtime.errors.new{ kind = "Internal", message = "all coroutines blocked with no pending operations" })
end

-- messages ------------------------------------------------------------------------------------------------------------------------------

local Message = {}
local message_meta = host.userdata{ __index = Message, __metatable = "message", __name = "message" }
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

local listeners = {} -- topic → channel
local inbox, events -- channels, once somebody asked for them
local retained, retained_events = {}, {}

-- To a channel: to who waits for it, else into its buffer, where it counts as backlog.
local function feed(channel, value)
  local co, a, b = channel:__waiting(value)
  if co then return wake(co, a, b) end
  note(1)
  channel:__feed(value)
end

local function on_message(channel, value)
  if channel then return feed(channel, value) end
  retained[#retained + 1] = value
  note(1)
end

-- Hands retained messages that `wants` to a channel, in order.
local function release(wants, channel, convert)
  if #retained == 0 then return end
  local kept = {}
  for _, message in ipairs(retained) do
    if wants(message) then
      channel:__feed(convert(message))
    else
      kept[#kept + 1] = message
    end
  end
  retained = kept
end

local function same(message) return message end

-- 1 value → the value, more → a list, none → nil
local function plain(n, a, ...)
  if n <= 1 then return a end
  return { a, ... }
end
local function as_value(message) return plain(select("#", decode(message[3])), decode(message[3])) end

function host.inbox()
  if not inbox then
    inbox = runtime.channel.feed(true)
    subscribe(inbox)
    release(function(message) return not listeners[message[1]] end, inbox, same)
  end
  return inbox
end

function host.events()
  if not events then
    subscribe()
    events = runtime.channel.feed(false)
    for _, event in ipairs(retained_events) do events:__feed(event) end
    retained_events = {}
  end
  return events
end

function host.listener(topic) return listeners[topic] end

--- Binds a channel (or a new one) to a topic.
function host.listen(topic, whole, channel)
  subscribe()
  channel = channel or runtime.channel.feed(whole)
  listeners[topic] = channel
  release(function(message) return message[1] == topic end, channel, whole and same or as_value)
  return channel
end

--- Ends the subscription of a channel; true when it had one.
function host.unlisten(channel)
  subscribe()
  for topic, listener in pairs(listeners) do
    if listener == channel then
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
  note(1)
end

local function on_reply(fn) return fn(frame_flag(), values()) end

-- the program of an entry ---------------------------------------------------------------------------------------------------------------

local libraries = {} -- { chunk, id, imports }
local absent = {} -- modules that are declared, but not there
local program, method, imports
local main

-- A file of runtime-lua: of the core while the image is booted, any other when the image of an entry that needs it is made.
local function load_runtime(name)
  runtime[name] = compile_frame()(host)
  if name == "errors" then error_meta(runtime.errors.metatable) end
  if name == "types" then runtime.types.install(globals, globals.string) end
  if name ~= "globals" then return end
  for global, value in pairs(runtime.globals) do globals[global] = value end
  raw = nil
  collect()
  collect()
end

local function on_load(role)
  if role == "runtime" then return load_runtime(frame_name()) end
  local a, b, c, d = values()
  if role == "module" then
    globals[a] = runtime[a] or globals[a]
    absent[a] = globals[a] == nil or nil
  elseif role == "library" then
    libraries[#libraries + 1] = { assert(compile(a, frame_name())), b, c }
  elseif role == "main" then
    program, method, entry, imports = assert(compile(a, frame_name())), b, c, d
  elseif role == "ready" then
    collect()
    collect()
  end
end

local function bind(names, loaded)
  for alias, id in pairs(names) do globals[alias] = loaded[id] end
end

-- The body of the main coroutine: libraries in order, the chunk, then its entry point. Without a method the chunk is given the arguments,
-- and what it returns is the result, unless that can be called, or has a `main` that can.
local function body(...)
  local loaded = {}
  for _, library in ipairs(libraries) do
    bind(library[3], loaded)
    loaded[library[2]] = library[1]()
  end
  bind(imports, loaded)
  local exported
  if method == "" then exported = program(...) else exported = program() end
  if type(exported) == "function" then return exported(...) end
  local start = type(exported) == "table" and exported[method == "" and "main" or method]
  if type(start) == "function" then return start(...) end
  if method == "" then return exported end
  return nil, runtime.errors.new{ kind = "NotFound", message = "method not found: " .. method .. " in " .. entry }
end

--- `require`: what the entry declared, installed as a global.
function host.require(name)
  if type(name) ~= "string" then error("bad argument #1 to 'require' (string expected, got " .. type(name) .. ")", 2) end
  local value = globals[name]
  if value == nil then
    local why = absent[name] and "this runtime has no such module" or (entry or "the entry") .. " declares it neither under modules nor under imports"
    error("module '" .. name .. "' not found: " .. why, 2)
  end
  return value
end

local function on_start(seed)
  pid = frame_name()
  math.randomseed(seed, 0x77697070)
  main = coroutine.create(body)
  set_program(main)
  run(main, values())
end

-- A question, in a copy of the memory that is thrown away: what the handler returns is the end of the copy.
local function on_query()
  local name, handler = frame_name(), host.queries[frame_name()]
  if not handler then
    local names = {}
    for known in pairs(host.queries) do names[#names + 1] = known end
    table.sort(names)
    local known = #names > 0 and "it answers " .. table.concat(names, ", ") or "it answers none"
    return finish(false, nil, runtime.errors.new{ kind = "NotFound", message = "no query '" .. name .. "': " .. known })
  end
  run(coroutine.create(function(...) on_ended(nil, true, handler(...)) end), values())
end

keep(function(kind, a, b, c, d)
  if kind == MESSAGE then return on_message(a, b) end
  if kind == REPLY then return on_reply(a) end
  if kind == EVENT then return on_event(a) end
  if kind == ENDED then return on_ended(a, b, c, d) end
  if kind == START then return on_start(a) end
  if kind == LOAD then return on_load(a) end
  if kind == QUERY then return on_query() end
  if kind == RENAME then pid = frame_name() return end
  if kind == IDLE then return on_idle() end
end, message_meta, listeners)
