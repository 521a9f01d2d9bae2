-- Waiting: sleep, after, Timer, Ticker. The host measures; this side owns the channels.
--
-- A one-shot channel gets the time once and closes; stopping closes it too. A ticker's channel holds 16 ticks, more are dropped.
-- A Timer is {channel, tag}; the tag is gone when it fired or was stopped. A Ticker likewise.
local host = ...
local errors = host.require_runtime('errors')
local duration = host.require_runtime('duration')
local argument = host.require_runtime('argument')
local error, setmetatable = error, setmetatable

local LIMIT = 10000 -- timers and tickers that run at once; the host holds processes to the same number
local TICKS = 16

local timer = {}
local running = 0

local function now()
  return host.require_runtime('time').now()
end

-- Nanoseconds above zero | nil, err.
local function period(d, where)
  local ns, message = duration.of(d)
  if not ns then return errors.fail(errors.INVALID, message, where) end
  if ns <= 0 then return errors.fail(errors.INVALID, where .. ': duration must be > 0') end
  if running >= LIMIT then
    return nil, errors.new{ kind = errors.RATE_LIMITED, message = where .. ': more than ' .. LIMIT .. ' timers', retryable = true }
  end
  return ns
end

local function disarm(self)
  local tag = self[2]
  if not tag then return false end
  self[2] = nil
  running = running - 1
  host.forget(tag)
  return true
end

local function cancel(self)
  local tag = self[2]
  if not disarm(self) then return false end
  host.cast('time.stop', '', tag)
  return true
end

local function stop(self)
  local stopped = cancel(self)
  if stopped then self[1]:close() end
  return stopped
end

local function channel(self)
  return self[1]
end

-- Lets `self` wait once; then its channel gets the time and closes. A failed reply only closes it.
local function arm(self, ns)
  local tag = host.async('time.after', '', ns)
  self[2] = tag
  running = running + 1
  host.on_reply(tag, function(ok)
    disarm(self)
    if ok then self[1]:__offer(now()) end
    self[1]:close()
  end)
  return self
end

local Timer = { __name = 'time.Timer', __metatable = 'time.Timer', __index = { channel = channel, response = channel } }
host.userdata(Timer)

--- timer:stop() → true when it had not fired.
function Timer.__index:stop()
  return stop(argument.object(self, 'time.Timer', 'stop'))
end

--- timer:reset(duration) → true when it had not fired and now starts anew; a wrong duration raises.
function Timer.__index:reset(d)
  argument.object(self, 'time.Timer', 'reset')
  local ns, message = duration.of(d)
  if not ns then error('timer:reset: ' .. message, 2) end
  if ns <= 0 then error('timer:reset: duration must be > 0', 2) end
  if not cancel(self) then return false end
  arm(self, ns)
  return true
end

local Ticker = { __name = 'time.Ticker', __metatable = 'time.Ticker', __index = { channel = channel, response = channel } }
host.userdata(Ticker)

--- ticker:stop() → true
function Ticker.__index:stop()
  stop(argument.object(self, 'time.Ticker', 'stop'))
  return true
end

local function one_shot(d, where)
  local ns, err = period(d, where)
  if not ns then return nil, err end
  return arm({ host.require_runtime('channel').new(1) }, ns)
end

--- timer.after(duration) → Channel | nil, err
function timer.after(d)
  local armed, err = one_shot(d, 'time.after')
  if not armed then return nil, err end
  return armed[1]
end

--- timer.once(duration) → Timer | nil, err
function timer.once(d)
  local armed, err = one_shot(d, 'time.timer')
  if not armed then return nil, err end
  return setmetatable(armed, Timer)
end

--- timer.ticker(duration) → Ticker | nil, err. The first answer says that it runs, each later one is a tick.
function timer.ticker(d)
  local ns, err = period(d, 'time.ticker')
  if not ns then return nil, err end
  local self = setmetatable({ host.require_runtime('channel').new(TICKS), host.async('time.ticker', '', ns) }, Ticker)
  running = running + 1
  host.on_reply(self[2], function(ok, tick)
    if not ok then
      disarm(self)
      self[1]:close()
    elseif tick then
      self[1]:__offer(now())
    end
  end)
  return self
end

--- timer.sleep(duration) → nothing | nil, err
function timer.sleep(d)
  local ns, message = duration.of(d)
  if not ns then return errors.fail(errors.INVALID, message, 'time.sleep') end
  local ok, err = host.ask('time.sleep', '', ns)
  if not ok then return nil, err end
end

return timer
