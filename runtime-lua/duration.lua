-- Durations: whole nanoseconds in 64 bits. Written as Go writes them ("1h30m0.5s"); no floating point on the way in.
--
-- A Duration is {nanoseconds}.
local host = ...
local errors = host.require_runtime('errors')
local byte, find, format, gsub, match, sub = string.byte, string.find, string.format, string.gsub, string.match, string.sub
local getmetatable, setmetatable, tonumber, tostring, type = getmetatable, setmetatable, tonumber, tostring, host.type
local tointeger = math.tointeger

local SECOND, MINUTE, HOUR, MAX, MIN = 1000000000, 60000000000, 3600000000000, math.maxinteger, math.mininteger
local units = { ns = 1, us = 1000, ['µs'] = 1000, ['μs'] = 1000, ms = 1000000, s = SECOND, m = MINUTE, h = HOUR }

local duration = {}
local methods = {}
local Duration = {
  __name = 'time.Duration',
  __metatable = 'time.Duration',
  __index = methods,
  __eq = function(a, b) return a[1] == b[1] end,
  __lt = function(a, b) return a[1] < b[1] end,
  __le = function(a, b) return a[1] <= b[1] end,
}
host.userdata(Duration)

function duration.new(ns)
  return setmetatable({ ns }, Duration)
end

function methods:nanoseconds() return self[1] end

-- Towards zero, as Go does.
local function quotient(ns, unit)
  return ns >= 0 and ns // unit or -(-ns // unit)
end
function methods:microseconds() return quotient(self[1], 1000) end
function methods:milliseconds() return quotient(self[1], 1000000) end

-- Whole and fractional part apart, so that long durations keep their nanoseconds as far as a float can.
local function float(ns, unit)
  local whole = quotient(ns, unit)
  return whole + (ns - whole * unit) / unit
end
function methods:seconds() return float(self[1], SECOND) end
function methods:minutes() return float(self[1], MINUTE) end
function methods:hours() return float(self[1], HOUR) end

-- ns in a unit of 10^digits ns, without trailing zeros.
local function decimal(ns, digits)
  local unit = tointeger(10 ^ digits)
  local fraction = gsub(format('%0' .. digits .. 'd', ns % unit), '0+$', '')
  return ns // unit .. (fraction == '' and '' or '.' .. fraction)
end

function Duration:__tostring()
  local ns = self[1]
  if ns == MIN then return '-2562047h47m16.854775808s' end
  if ns < 0 then return '-' .. tostring(duration.new(-ns)) end
  if ns == 0 then return '0s' end
  if ns < 1000 then return ns .. 'ns' end
  if ns < 1000000 then return decimal(ns, 3) .. 'µs' end
  if ns < SECOND then return decimal(ns, 6) .. 'ms' end
  local hours, minutes = ns // HOUR, ns // MINUTE % 60
  local head = hours > 0 and hours .. 'h' .. minutes .. 'm' or minutes > 0 and minutes .. 'm' or ''
  return head .. decimal(ns % MINUTE, 9) .. 's'
end

local function parse(s)
  local function bad(what)
    return nil, format('time: %s %q', what, s)
  end
  local sign, rest = match(s, '^([+-]?)(.*)$')
  if rest == '0' then return 0 end
  local total, i = 0, 1
  if rest == '' then return bad('invalid duration') end
  while i <= #rest do
    local whole, fraction, unit, after = match(rest, '^(%d*)%.?(%d*)([^%d.]*)()', i)
    if whole == '' and fraction == '' or find(sub(rest, i, after - 1), '^%d*%.%.') then return bad('invalid duration') end
    if unit == '' then
      return bad(sub(rest, after, after) == '.' and 'invalid duration' or 'missing unit in duration')
    end
    local size = units[unit]
    if not size then return nil, format('time: unknown unit %q in duration %q', unit, s) end
    local n = whole == '' and 0 or tointeger(tonumber(whole))
    if not n or n > MAX // size then return bad('invalid duration') end
    local part = 0
    for k = #fraction, 1, -1 do part = ((byte(fraction, k) - 48) * size + part) // 10 end
    n = n * size + part
    total = total + n
    if n < 0 or total < 0 then return bad('invalid duration') end
    i = after
  end
  return sign == '-' and -total or total
end

--- Nanoseconds of whatever stands for a duration (nanoseconds, text, Duration) | nil, message.
function duration.of(v)
  local kind = type(v)
  if kind == 'number' then
    local ns = tointeger(v)
    if ns then return ns end
    if not (v > -0x1p63 and v < 0x1p63) then return nil, 'duration out of range' end
    return tointeger(v >= 0 and v // 1 or -(-v // 1))
  end
  if kind == 'string' then return parse(v) end
  if getmetatable(v) == 'time.Duration' then return v[1] end
  return nil, 'duration must be number or string, not ' .. kind
end

--- duration.parse(v) → Duration | nil, err (Invalid)
function duration.parse(v)
  local ns, message = duration.of(v)
  if not ns then return errors.fail(errors.INVALID, message, 'time.parse_duration') end
  return duration.new(ns)
end

return duration
