-- The global `os`: what of Lua's library concerns time. Dates are in the local zone, which is asked for once; "!" in front means UTC.
local host = ...
local calendar = host.require_runtime('calendar')
local zone = host.require_runtime('zone')
local argument = host.require_runtime('argument')
local format, gsub, sub = string.format, string.gsub, string.sub
local error, tointeger, tostring, type = error, math.tointeger, tostring, host.type

local MAX_FORMAT = 4096 -- bytes

local function seconds(v)
  return tointeger(v) or tointeger(v // 1) or error('time is out of range', 3)
end

-- Number of the ISO week: that of the Thursday of the same week.
local function iso_week(f)
  return (f.yday - 1 - (f.wday + 6) % 7 + 3) // 7 + 1
end
local function week(f)
  local n = iso_week(f)
  if n == 0 then return iso_week(calendar.fields(calendar.seconds(f.year - 1, 12, 31, 0, 0, 0))) end
  if n == 53 and (calendar.day(f.year + 1, 1, 1) + 3) % 7 < 4 then return 1 end -- 1 January is a Monday … Thursday
  return n
end

local function short(name)
  return sub(name, 1, 3)
end

local write = {
  a = function(f) return short(calendar.weekdays[f.wday]) end,
  A = function(f) return calendar.weekdays[f.wday] end,
  b = function(f) return short(calendar.months[f.month]) end,
  B = function(f) return calendar.months[f.month] end,
  d = function(f) return format('%02d', f.day) end,
  H = function(f) return format('%02d', f.hour) end,
  I = function(f) return format('%02d', (f.hour - 1) % 12 + 1) end,
  j = function(f) return format('%03d', f.yday) end,
  m = function(f) return format('%02d', f.month) end,
  M = function(f) return format('%02d', f.min) end,
  p = function(f) return f.hour < 12 and 'AM' or 'PM' end,
  S = function(f) return format('%02d', f.sec) end,
  U = function(f) return format('%02d', week(f)) end,
  w = function(f) return tostring(f.wday) end,
  x = function(f) return format('%02d/%02d/%02d', f.month, f.day, f.year % 100) end,
  X = function(f) return format('%02d:%02d:%02d', f.hour, f.min, f.sec) end,
  y = function(f) return format('%02d', f.year % 100) end,
  Y = function(f) return format('%04d', f.year) end,
  z = function(f)
    local minutes = (f.offset < 0 and -f.offset or f.offset) // 60
    return format('%s%02d%02d', f.offset < 0 and '-' or '+', minutes // 60, minutes % 60)
  end,
  Z = function(f) return f.abbreviation end,
  ['%'] = function() return '%' end,
}
write.W = write.U
function write.c(f)
  return format('%s %s %2d %s %04d', write.a(f), write.b(f), f.day, write.X(f), f.year)
end

local os = { platform = 'wippy' }

--- os.time(table?) → seconds since 1970. Date fields default to today's, hour, min and sec to 0.
function os.time(t)
  local now = host.now() // 1000000000
  if t == nil then return now end
  argument.table(t, 1, 'time')
  local today
  local function field(name, default)
    local v = t[name]
    if type(v) == 'number' then return seconds(v) end
    if default then return default end
    today = today or calendar.fields(now + zone.lookup(zone.localtz, now))
    return today[name]
  end
  local wall = calendar.seconds(field('year'), field('month'), field('day'), field('hour', 0), field('min', 0), field('sec', 0))
  return zone.from_wall(zone.localtz, wall)
end

--- os.date(format = "%c", seconds = now) → string, or a table for "*t". Letters that mean nothing stay as they are.
function os.date(layout, at)
  layout = layout == nil and '%c' or argument.string(layout, 1, 'date')
  if #layout > MAX_FORMAT then error("bad argument #1 to 'date' (format longer than " .. MAX_FORMAT .. ' bytes)', 2) end
  if at == nil then
    at = host.now() // 1000000000
  elseif type(at) == 'number' then
    at = seconds(at)
  else
    error("bad argument #2 to 'date' (number expected, got " .. type(at) .. ')', 2)
  end
  local location = zone.localtz
  if sub(layout, 1, 1) == '!' then location, layout = zone.utc, sub(layout, 2) end
  local offset, abbreviation = zone.lookup(location, at)
  local f = calendar.fields(at + offset)
  if layout == '*t' then
    f.wday, f.isdst = f.wday + 1, zone.is_dst(location, at)
    return f
  end
  f.offset, f.abbreviation = offset, abbreviation
  return (gsub(layout, '%%(.)', function(letter)
    local writer = write[letter]
    return writer and writer(f)
  end))
end

--- os.clock() → seconds of work this process has done
function os.clock()
  return host.clock()
end

--- os.difftime(later, earlier) → seconds
function os.difftime(a, b)
  return a - b
end

return os
