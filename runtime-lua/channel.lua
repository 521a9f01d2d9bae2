-- Channels between coroutines of one process, as in Go: rendezvous or buffered, select, close.
--
-- A channel is a list: what these names stand for (in wasm/companion/channel.ts too), then the values in its buffer, from FIRST to LAST.

local ALONE <const> = 1 -- the coroutine that waits in a plain receive, while nobody else waits; or false
local RECEIVERS <const> = 2 -- others that wait, or false: a queue of waiters, made when the first one waits
local SENDERS <const> = 3
local CLOSED <const> = 4
local FIRST <const> = 5
local LAST <const> = 6
local COUNTED <const> = 7 -- whether what lies in it counts as backlog of the process
local WHOLE <const> = 8 -- whether it wants Message objects
local SIZE <const> = 9
local HEAD <const> = 9

-- A waiter is a coroutine that receives; or { co, value } that sends; or a case of a select, { select, index, value } where select =
-- { co, cases, done }.

local host = ...
local wake, park, current = host.wake, host.park, host.current
local received = host.received
local type, setmetatable, getmetatable, error = type, setmetatable, getmetatable, error

local Channel = {}
local meta = host.userdata{ __index = Channel, __name = "channel", __metatable = "channel" }

local function new(size)
  return setmetatable({ false, false, false, false, HEAD + 1, HEAD, false, false, size }, meta)
end

local function is_over(waiter)
  return type(waiter) ~= "thread" and waiter.select and waiter.select.done
end

local FEW = 16

-- Forgets the waiters of selects that were answered elsewhere, when they may be half of the queue.
local function tidy(queue)
  local from, to = queue.first, queue.last
  local kept = 0
  for i = from, to do
    local waiter = queue[i]
    queue[i] = nil
    if not is_over(waiter) then
      kept = kept + 1
      queue[kept] = waiter
    end
  end
  queue.first, queue.last, queue.most = 1, kept, 2 * kept + FEW
end

local function push(channel, field, waiter)
  local queue = channel[field]
  if not queue then
    queue = { first = 1, last = 0, most = FEW }
    channel[field] = queue
  end
  if queue.last - queue.first >= queue.most then tidy(queue) end
  queue.last = queue.last + 1
  queue[queue.last] = waiter
end

-- The first waiter that still waits: selects leave their cases behind in other channels' queues.
local function pop(queue)
  if not queue then return nil end
  local first, last = queue.first, queue.last
  while first <= last do
    local waiter = queue[first]
    queue[first] = nil
    first = first + 1
    if not is_over(waiter) then
      if first > last then first, queue.last = 1, 0 end
      queue.first = first
      return waiter
    end
  end
  queue.first, queue.last = 1, 0
  return nil
end

-- The receiver that has waited longest.
local function receiver_of(channel)
  local co = channel[ALONE]
  if co then
    channel[ALONE] = false
    return co
  end
  local queue = channel[RECEIVERS]
  local waiter = queue and pop(queue) or nil
  if queue and queue.first > queue.last then channel[RECEIVERS] = false end
  return waiter
end

local function result(case, value, ok)
  return { channel = case.channel, value = value, ok = ok }
end

-- Who must run, and with what, to give `value` to a waiting receiver.
local function resolve(waiter, value, ok)
  if type(waiter) == "thread" then return waiter, value, ok end
  waiter.select.done = true
  return waiter.select.co, result(waiter, value, ok)
end

-- Lets a waiting sender go and returns what it sent.
local function accept(waiter)
  local selection = waiter.select
  if not selection then
    wake(waiter.co, true)
    return waiter.value
  end
  selection.done = true
  wake(selection.co, result(waiter, waiter.value, true))
  return waiter.value
end

local function take(channel)
  local first = channel[FIRST]
  if first <= channel[LAST] then
    local value = channel[first]
    channel[first] = nil
    channel[FIRST] = first + 1
    if channel[COUNTED] then received(1) end
    local sender = channel[SENDERS] and pop(channel[SENDERS])
    if sender then
      local last = channel[LAST] + 1
      channel[LAST] = last
      channel[last] = accept(sender)
    elseif first == channel[LAST] then
      channel[FIRST], channel[LAST] = HEAD + 1, HEAD
    end
    return true, value, true
  end
  local sender = channel[SENDERS] and pop(channel[SENDERS])
  if sender then return true, accept(sender), true end
  if channel[CLOSED] then return true, nil, false end
  return false
end

-- Gives a value without waiting; false when nobody takes it and the buffer is full.
local function give(channel, value)
  if channel[CLOSED] then error("channel is closed", 3) end
  local receiver = receiver_of(channel)
  if receiver then
    wake(resolve(receiver, value, true))
    return true
  end
  local last = channel[LAST]
  if last - channel[FIRST] + 1 < channel[SIZE] then
    channel[LAST] = last + 1
    channel[last + 1] = value
    return true
  end
  return false
end

-- The coroutine that is about to wait.
local function waiter()
  return current() or error("attempt to wait across a C-call boundary", 3)
end

function Channel:send(value)
  if give(self, value) then return true end
  push(self, SENDERS, { co = waiter(), value = value })
  local ok = park()
  if not ok then error("channel is closed", 2) end
  return true
end

-- channel:receive() → value, ok. What the companion does not do itself (wasm/companion/channel.ts) is done here: → true, value, ok; or `me`
-- is among those who wait, and false.
Channel.receive = host.receiver(function(channel, me)
  local taken, value, ok = take(channel)
  if taken then return true, value, ok end
  if not me then error("attempt to wait across a C-call boundary", 3) end
  local alone = channel[ALONE]
  if alone then
    push(channel, RECEIVERS, alone)
    channel[ALONE] = false
  end
  push(channel, RECEIVERS, me)
  return false
end)

function Channel:close()
  if self[CLOSED] then return end
  self[CLOSED] = true
  for waiter in receiver_of, self do wake(resolve(waiter, nil, false)) end
  for waiter in pop, self[SENDERS] do -- `pop` of nil is nil
    if waiter.select then
      waiter.select.done = true
      wake(waiter.select.co, nil)
    else
      wake(waiter.co, false)
    end
  end
end

local Case = host.userdata{ __name = "channel.case", __metatable = "channel.case" }
function Channel:case_receive() return setmetatable({ channel = self }, Case) end
function Channel:case_send(value) return setmetatable({ channel = self, value = value, sends = true }, Case) end

-- For the runtime's own channels: no bound, and what lies in them counts as backlog of the process.
function Channel:__feed(value)
  local last = self[LAST] + 1
  self[LAST] = last
  self[last] = value
end
function Channel:__waiting(value)
  local receiver = receiver_of(self)
  if receiver then return resolve(receiver, value, true) end
end
--- From now on the runtime feeds it, with Message objects or with values.
function Channel:__listen(whole)
  self[COUNTED], self[WHOLE], self[SIZE] = true, whole, math.huge
  return self
end
--- Nobody feeds it any more. What is left in it waits for nobody: the mailbox has room for others.
function Channel:__unlisten()
  received(self:__length())
  self[COUNTED] = false
  self:close()
end
--- Gives a value if somebody takes it or the buffer has room; false otherwise, and when closed.
function Channel:__offer(value)
  return not self[CLOSED] and give(self, value)
end
function Channel:__length() return self[LAST] - self[FIRST] + 1 end
--- The value that was put into the buffer last, while it lies there.
function Channel:__newest() return self[LAST] > HEAD and self[self[LAST]] or nil end

meta.__tostring = function() return "channel" end

local meta_of = host.meta_of
local function select_from(cases, default)
  if type(cases) ~= "table" then error("bad argument #1 to 'select' (table expected, got " .. type(cases) .. ")", 2) end
  default = default == true or cases.default
  local list = {}
  for i = 1, #cases do
    local case = cases[i]
    if type(case) == "userdata" and meta_of(case) == Case then list[#list + 1] = case end
  end
  for i = 1, #list do
    local case = list[i]
    local channel = case.channel
    if case.sends then
      if channel[CLOSED] then error("channel is closed", 2) end
      if give(channel, case.value) then return result(case, case.value, true) end
    else
      local taken, value, ok = take(channel)
      if taken then return result(case, value, ok) end
    end
  end
  if default then return { default = true, ok = true } end
  local selection = { co = waiter(), done = false }
  for i = 1, #list do
    local case = list[i]
    local alone = case.channel[ALONE]
    if alone then
      case.channel[ALONE] = false
      push(case.channel, RECEIVERS, alone)
    end
    push(case.channel, case.sends and SENDERS or RECEIVERS, { select = selection, channel = case.channel, value = case.value })
  end
  local chosen = park()
  if not chosen then error("channel is closed", 2) end
  return chosen
end

return {
  new = function(size)
    size = size or 0
    if math.type(size) ~= "integer" and size ~= math.floor(size) or size < 0 then error("bad argument #1 to 'new' (size must be a whole number, 0 or more)", 2) end
    return new(size)
  end,
  --- A channel that the runtime feeds with messages.
  feed = function(whole) return new(0):__listen(whole) end,
  select = select_from,
}
