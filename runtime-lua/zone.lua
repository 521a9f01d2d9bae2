-- Locations: what a wall clock shows where. UTC and fixed zones are known here; the others are asked for once per process, when a field of
-- a moment there is first read, and kept.
--
-- A Location is {name, from, to, offset, abbreviation, packed, abbreviations}: within from ≤ seconds < to the offset (seconds east of UTC)
-- and the abbreviation hold. `packed` has nine bytes per period: since when (5), offset (3), index of the abbreviation (1); the first
-- begins before all time. Not known yet: from = to, packed = nil.
local host = ...
local errors = host.require_runtime('errors')
local calendar = host.require_runtime('calendar')
local error, max, min, setmetatable, unpack = error, math.max, math.min, setmetatable, string.unpack

local ALWAYS, NEVER = math.mininteger, math.maxinteger

local Location = {
  __name = 'time.Location',
  __metatable = 'time.Location',
  __index = { string = function(self) return self[1] end },
  __tostring = function(self) return self[1] end,
}
host.userdata(Location)

local zone = {}

function zone.fixed(name, offset)
  return setmetatable({ name, ALWAYS, NEVER, offset, name }, Location)
end

zone.utc = zone.fixed('UTC', 0)
zone.localtz = setmetatable({ 'Local', 0, 0 }, Location)

-- Asks for the periods; false, err when there is no such zone.
local function resolve(location)
  local name = location[1]
  local packed, abbreviations = host.ask('time.zone', location == zone.localtz and '' or name)
  if not packed then return false, abbreviations end
  location[6], location[7] = packed, abbreviations
  return true
end

-- From 2100 on the rules of the last years go on: the year that begins on the same weekday and is as long, among the 28 before, decides.
local LAST_YEAR, LAST = 2099, 4102444800 -- end of the table, 1 January 2100

local function beyond(location, seconds)
  local year = calendar.date(seconds // 86400)
  local first, next_first = calendar.day(year, 1, 1), calendar.day(year + 1, 1, 1)
  local like = LAST_YEAR + 1
  local day, days
  repeat
    like = like - 1
    day = calendar.day(like, 1, 1)
    days = calendar.day(like + 1, 1, 1) - day
  until (first - day) % 7 == 0 and next_first - first == days
  local shift = (first - day) * 86400
  local offset, abbreviation, from, to = zone.lookup(location, seconds - shift)
  from, to = from + shift, to + shift
  return offset, abbreviation, max(from, first * 86400), min(to, next_first * 86400)
end

--- Offset and abbreviation that hold at `seconds` since 1970, and the span of time in which they do. May wait for the host once.
function zone.lookup(location, seconds)
  if seconds < location[2] or seconds >= location[3] then
    if not location[6] then
      local ok, err = resolve(location)
      if not ok then error(err, 0) end
    end
    local packed = location[6]
    local low, high = 0, #packed // 9 -- the period in force is in [low, high)
    while high - low > 1 do
      local middle = (low + high) // 2
      if unpack('<i5', packed, middle * 9 + 1) <= seconds then low = middle else high = middle end
    end
    local from, offset, index = unpack('<i5i3B', packed, low * 9 + 1)
    location[2] = low == 0 and ALWAYS or from
    location[3] = (low + 1) * 9 < #packed and unpack('<i5', packed, low * 9 + 10) or from > LAST - 86400 * 366 and LAST or NEVER
    location[4], location[5] = offset, location[7][index]
    if seconds >= location[3] then return beyond(location, seconds) end
  end
  return location[4], location[5], location[2], location[3]
end

--- Whether a lookup can be answered without leaving the process.
function zone.known(location)
  return location[6] ~= nil or location[2] < location[3]
end

--- Seconds since 1970 at which a wall clock there shows `wall` (seconds, as if in UTC). In a gap or an overlap one of the two offsets
-- is used.
function zone.from_wall(location, wall)
  local offset, _, from, to = zone.lookup(location, wall)
  local seconds = wall - offset
  if seconds < from or seconds >= to then seconds = wall - zone.lookup(location, seconds) end
  return seconds
end

--- The offset that `abbreviation` stands for there, if it does; where it stands for several, the one in force at that wall clock time.
function zone.offset_of(location, abbreviation, wall)
  local now, name = zone.lookup(location, wall)
  if name == abbreviation then return now end
  local packed, found = location[6] or '', nil
  for at = 1, #packed, 9 do
    local _, offset, index = unpack('<i5i3B', packed, at)
    if location[7][index] == abbreviation then
      found = offset
      local _, there = zone.lookup(location, wall - offset)
      if there == abbreviation then return offset end
    end
  end
  return found
end

--- Whether daylight saving time is on: the offset is above the smaller one of January and July of that year.
function zone.is_dst(location, seconds)
  local offset = zone.lookup(location, seconds)
  local year = calendar.fields(seconds + offset).year
  local january = zone.lookup(location, calendar.seconds(year, 1, 1, 12, 0, 0))
  local july = zone.lookup(location, calendar.seconds(year, 7, 1, 12, 0, 0))
  return offset > (january < july and january or july)
end

local loaded = {}

--- load(iana name) → Location | nil, err (Invalid, NotFound)
function zone.load(name)
  if name == '' then return errors.fail(errors.INVALID, 'empty location name') end
  if name == 'UTC' then return zone.utc end
  if name == 'Local' then return zone.localtz end
  local location = loaded[name]
  if not location then
    location = setmetatable({ name, 0, 0 }, Location)
    local ok, err = resolve(location)
    if not ok then return nil, errors.wrap(err, 'time.load_location') end
    loaded[name] = location
  end
  return location
end

return zone
