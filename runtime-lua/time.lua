-- The module `time`: moments and their arithmetic. Durations, locations, layouts and timers are in files of their own.
--
-- A Time is {seconds since 1970, nanoseconds 0…999999999, Location}. Two Times are equal when they are the same moment anywhere.
local host = ...
local calendar = host.require_runtime('calendar')
local zone = host.require_runtime('zone')
local duration = host.require_runtime('duration')
local layouts = host.require_runtime('layout')
local timer = host.require_runtime('timer')
local errors = host.require_runtime('errors')
local argument = host.require_runtime('argument')
local error, getmetatable, select, setmetatable, type = error, getmetatable, select, setmetatable, host.type
local floor, isyieldable, tointeger = math.floor, coroutine.isyieldable, math.tointeger
local lookup, seconds_of = zone.lookup, calendar.seconds

local BILLION = 1000000000
local YEAR_ONE = -62135596800 -- seconds from 1970 back to 1 January of year 1, Go's zero time
local MAX, MIN = math.maxinteger, math.mininteger

local time = {
  NANOSECOND = 1, MICROSECOND = 1000, MILLISECOND = 1000000, SECOND = BILLION, MINUTE = 60 * BILLION, HOUR = 3600 * BILLION,
  RFC3339 = '2006-01-02T15:04:05Z07:00', RFC3339NANO = '2006-01-02T15:04:05.999999999Z07:00',
  RFC822 = '02 Jan 06 15:04 MST', RFC822Z = '02 Jan 06 15:04 -0700', RFC850 = 'Monday, 02-Jan-06 15:04:05 MST',
  RFC1123 = 'Mon, 02 Jan 2006 15:04:05 MST', RFC1123Z = 'Mon, 02 Jan 2006 15:04:05 -0700', KITCHEN = '3:04PM',
  STAMP = 'Jan _2 15:04:05', STAMP_MILLI = 'Jan _2 15:04:05.000', STAMP_MICRO = 'Jan _2 15:04:05.000000',
  STAMP_NANO = 'Jan _2 15:04:05.000000000',
  DATE_TIME = '2006-01-02 15:04:05', DATE_ONLY = '2006-01-02', TIME_ONLY = '15:04:05',
  utc = zone.utc, localtz = zone.localtz,
  load_location = zone.load, parse_duration = duration.parse,
  sleep = timer.sleep, after = timer.after, timer = timer.once, ticker = timer.ticker,
}
for n, name in ipairs(calendar.months) do time[name:upper()] = n end
for n = 0, 6 do time[calendar.weekdays[n]:upper()] = n end

local Time = { __name = 'time.Time', __metatable = 'time.Time' }
host.userdata(Time)

local function make(sec, nsec, location)
  if nsec < 0 or nsec >= BILLION then sec, nsec = sec + nsec // BILLION, nsec % BILLION end
  return setmetatable({ sec, nsec, location }, Time)
end

-- Raises at the caller of the function that was given `value`.
local function check(value, name, position, where)
  if getmetatable(value) == name then return value end
  error(('bad argument #%d to \'%s\' (%s expected, got %s)'):format(position, where, name, type(value)), 3)
end

-- A whole number; what a float has behind the point is dropped.
local function integer(value, position, where)
  local n = type(value) == 'number' and (tointeger(value) or tointeger(value >= 0 and floor(value) or -floor(-value)))
  if n then return n end
  error(('bad argument #%d to \'%s\' (integer expected, got %s)'):format(position, where, type(value)), 3)
end

local function before(a, b)
  return a[1] < b[1] or a[1] == b[1] and a[2] < b[2]
end

local function fields(t)
  return calendar.fields(t[1] + lookup(t[3], t[1]))
end

-- Seconds since midnight of day 0 of the wall clock there.
local function wall(t)
  return t[1] + lookup(t[3], t[1])
end

-- a * n mod d for 0 ≤ a < d, without ever exceeding 64 bits.
local function times_mod(a, n, d)
  local function sum(x, y)
    return x >= d - y and x - (d - y) or x + y
  end
  local result = 0
  while n > 0 do
    if n & 1 == 1 then result = sum(result, a) end
    a, n = sum(a, a), n >> 1
  end
  return result
end

-- Nanoseconds by which t lies above a multiple of ns, counted from year one.
local function remainder(t, ns)
  local sec = t[1] - YEAR_ONE
  if BILLION % ns == 0 then return t[2] % ns end
  if ns % BILLION == 0 then return sec % (ns // BILLION) * BILLION + t[2] end
  local rest = times_mod(sec % ns, BILLION, ns)
  local nsec = t[2] % ns
  return rest >= ns - nsec and rest - (ns - nsec) or rest + nsec
end

local methods = {}
Time.__index = methods
function Time.__eq(a, b) return a[1] == b[1] and a[2] == b[2] end
Time.__lt = before
function Time.__le(a, b) return not before(b, a) end

-- A conversion to text cannot wait: while the local zone is not known yet, the moment is shown in UTC.
function Time.__tostring(t)
  local location = t[3]
  if not zone.known(location) and not isyieldable() then location = zone.utc end
  return layouts.format('2006-01-02 15:04:05.999999999 -0700 MST', t[1], t[2], location)
end

function methods:add(d)
  local ns, message = duration.of(d)
  if not ns then error("bad argument #1 to 'add' (" .. message .. ')', 2) end
  return make(self[1] + ns // BILLION, self[2] + ns % BILLION, self[3])
end

--- Duration from `other` to here; at most what 64 bits of nanoseconds hold.
function methods:sub(other)
  check(other, 'time.Time', 1, 'sub')
  local sec, nsec = self[1] - other[1], self[2] - other[2]
  if nsec < 0 then sec, nsec = sec - 1, nsec + BILLION end
  if sec > 9223372036 or sec == 9223372036 and nsec > 854775807 then return duration.new(MAX) end
  if sec < -9223372037 or sec == -9223372037 and nsec < 145224192 then return duration.new(MIN) end
  return duration.new(sec * BILLION + nsec)
end

function methods:add_date(years, months, days)
  years, months, days = integer(years, 1, 'add_date'), integer(months, 2, 'add_date'), integer(days, 3, 'add_date')
  local f = fields(self)
  local sum = seconds_of(f.year + years, f.month + months, f.day + days, f.hour, f.min, f.sec)
  return make(zone.from_wall(self[3], sum), self[2], self[3])
end

function methods:after(other) return before(check(other, 'time.Time', 1, 'after'), self) end
function methods:before(other) return before(self, check(other, 'time.Time', 1, 'before')) end
function methods:equal(other) return self == check(other, 'time.Time', 1, 'equal') end

function methods:format(layout)
  return layouts.format(argument.string(layout, 1, 'format'), self[1], self[2], self[3])
end
function methods:format_rfc3339()
  return layouts.format(time.RFC3339, self[1], self[2], self[3])
end

function methods:unix() return self[1] end
function methods:unix_nano() return self[1] * BILLION + self[2] end
function methods:nanosecond() return self[2] end
function methods:is_zero() return self[1] == YEAR_ONE and self[2] == 0 end

function methods:date()
  return calendar.date(wall(self) // 86400)
end
function methods:clock()
  local s = wall(self) % 86400
  return s // 3600, s // 60 % 60, s % 60
end

function methods:year() return (self:date()) end
function methods:month() return (select(2, self:date())) end
function methods:day() return (select(3, self:date())) end
function methods:hour() return wall(self) % 86400 // 3600 end
function methods:minute() return wall(self) // 60 % 60 end
function methods:second() return wall(self) % 60 end
function methods:weekday() return (wall(self) // 86400 + 4) % 7 end
function methods:year_day() return fields(self).yday end

function methods:location() return self[3] end
function methods:utc() return make(self[1], self[2], zone.utc) end
function methods:in_local() return make(self[1], self[2], zone.localtz) end
function methods:in_location(location)
  return make(self[1], self[2], check(location, 'time.Location', 1, 'in_location'))
end

function methods:truncate(d)
  local ns = check(d, 'time.Duration', 1, 'truncate')[1]
  if ns <= 0 then return self end
  return self:add(-remainder(self, ns))
end

--- To the nearest multiple of d since year one, halves up.
function methods:round(d)
  local ns = check(d, 'time.Duration', 1, 'round')[1]
  if ns <= 0 then return self end
  local above = remainder(self, ns)
  if above < ns - above then return self:add(-above) end
  return self:add(ns - above)
end

local latest = 0 -- nanoseconds: what was read last. Within a step time goes by the work done, and may be ahead of when the next step begins.

--- time.now() → Time in the local zone, never before the one read last
function time.now()
  local ns = host.now()
  if ns < latest then ns = latest end
  latest = ns
  return setmetatable({ ns // BILLION, ns % BILLION, zone.localtz }, Time)
end

--- time.date(year, month, day, hour, minute, second, nanosecond, location = localtz) → Time; parts beyond their range carry over.
function time.date(year, month, day, hour, min, sec, nsec, location)
  year, month, day = integer(year, 1, 'date'), integer(month, 2, 'date'), integer(day, 3, 'date')
  hour, min, sec, nsec = integer(hour, 4, 'date'), integer(min, 5, 'date'), integer(sec, 6, 'date'), integer(nsec, 7, 'date')
  location = location == nil and zone.localtz or check(location, 'time.Location', 8, 'date')
  local at = seconds_of(year, month, day, hour, min, sec) + nsec // BILLION
  return make(zone.from_wall(location, at), nsec % BILLION, location)
end

--- time.unix(seconds, nanoseconds) → Time in the local zone
function time.unix(sec, nsec)
  return make(integer(sec, 1, 'unix'), integer(nsec or 0, 2, 'unix'), zone.localtz)
end

--- time.parse(layout, value, location = localtz) → Time | nil, err (Invalid)
function time.parse(layout, value, location)
  layout, value = argument.string(layout, 1, 'parse'), argument.string(value, 2, 'parse')
  location = location == nil and zone.localtz or check(location, 'time.Location', 3, 'parse')
  local sec, nsec, where = layouts.parse(layout, value, location)
  if not sec then return errors.fail(errors.INVALID, nsec, 'time.parse') end
  return make(sec, nsec, where)
end

--- time.fixed_zone(name, seconds east of UTC) → Location
function time.fixed_zone(name, offset)
  return zone.fixed(argument.string(name, 1, 'fixed_zone'), integer(offset, 2, 'fixed_zone'))
end

return time
