-- The event bus: subscribe to systems, send events. A subscription is one ask with many answers, put into a channel of 64.
--
-- A Subscription is { channel, tag, the ask that ends it }. Where events were missed, because the channel or the mailbox was full, an event stands in their place:
-- { system = "events", kind = "events.missed", path = the system subscribed to, data = { count = how many } }.
local host = ...
local argument = host.require_runtime('argument')
local channel = host.require_runtime('channel')
local errors = host.require_runtime('errors')
local fail, INVALID, setmetatable = errors.fail, errors.INVALID, setmetatable

local CAPACITY = 64

local events = {}
local methods = {}
local Subscription = { __name = 'events.Subscription', __metatable = 'events.Subscription', __index = methods }
host.userdata(Subscription)

-- Subscribes with an ask: a Subscription and what the first answer says | nil, err. For modules whose events come as these do.
local function listen(closing, op, target, ...)
  local output, answer = channel.new(CAPACITY + 1), channel.new(1) -- the last place is for a gap
  local tag = host.async(op, target, ...)
  local gap -- the newest one, which may be taken by now
  local function miss(count)
    if gap and output:__newest() == gap then
      gap.data.count = gap.data.count + count
    else
      gap = { system = 'events', kind = 'events.missed', path = target, data = { count = count } }
      output:__offer(gap)
    end
  end
  host.on_reply(tag, function(ok, first, event_kind, path, data, missed)
    if not ok or first == true then
      answer:__offer({ ok, first, event_kind })
      return
    end
    if missed > 0 then miss(missed) end
    if not first then return end
    if output:__length() < CAPACITY then output:__offer{ system = first, kind = event_kind, path = path, data = data }
    else miss(1) end
  end)
  local result = answer:receive()
  if not result[1] then
    host.forget(tag)
    return nil, result[2]
  end
  return setmetatable({ output, tag, closing }, Subscription), result[3]
end
host.listen_events = listen

--- events.subscribe(system, kind?) → Subscription | nil, err; both may end in "*"
function events.subscribe(system, kind)
  system = argument.string(system, 1, 'subscribe')
  if kind ~= nil then kind = argument.string(kind, 2, 'subscribe') end
  if system == '' then return fail(INVALID, 'system is required') end
  return listen('events.close', 'events.subscribe', system, kind)
end

--- events.send(system, kind, path, data?) → true | nil, err
function events.send(system, kind, path, data)
  system = argument.string(system, 1, 'send')
  kind = argument.string(kind, 2, 'send')
  path = argument.string(path, 3, 'send')
  if system == '' then return fail(INVALID, 'system is required') end
  if kind == '' then return fail(INVALID, 'kind is required') end
  if path == '' then return fail(INVALID, 'path is required') end
  return host.ask('events.send', system, kind, path, data)
end

function methods:channel()
  return argument.object(self, 'events.Subscription', 'channel')[1]
end

--- sub:close() → true; receivers get nil, false
function methods:close()
  argument.object(self, 'events.Subscription', 'close')
  local tag = self[2]
  if tag then
    self[2] = nil
    host.cast(self[3], '', tag)
    host.forget(tag)
    self[1]:close()
  end
  return true
end

return events
