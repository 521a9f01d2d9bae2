local time = require('time')
local tests = {}

local function at(text)
  return assert(time.parse(time.RFC3339NANO, text, time.utc))
end

tests['dates carry over'] = function()
  local function shows(y, m, d, text)
    local t = time.date(y, m, d, 0, 0, 0, 0, time.utc)
    assert(t:format(time.DATE_ONLY) == text, t:format(time.DATE_ONLY))
  end
  shows(2023, 2, 29, '2023-03-01')
  shows(2024, 2, 29, '2024-02-29')
  shows(2024, 13, 1, '2025-01-01')
  shows(2024, 0, 1, '2023-12-01')
  shows(2024, 3, 0, '2024-02-29')
  shows(1900, 2, 29, '1900-03-01')
  shows(2000, 2, 29, '2000-02-29')
  shows(1, 1, 1, '0001-01-01')
  shows(9999, 12, 31, '9999-12-31')
  local t = time.date(2024, 1, 1, 25, 61, 61, 2000000001, time.utc)
  assert(t:format(time.RFC3339NANO) == '2024-01-02T02:02:03.000000001Z')
end

tests['every day of four centuries follows the one before'] = function()
  local t = time.date(1969, 12, 31, 12, 0, 0, 0, time.utc)
  for _ = 1, 3000 do
    local weekday, y = t:weekday(), t:year()
    local next_day = t:add_date(0, 0, 49)
    assert(next_day:unix() - t:unix() == 49 * 86400 and next_day:weekday() == weekday)
    assert(next_day:year_day() == (next_day:unix() - time.date(next_day:year(), 1, 1, 12, 0, 0, 0, time.utc):unix()) // 86400 + 1)
    assert(next_day:year() - y <= 1)
    t = next_day
  end
end

tests['add_date of Go: the day beyond the month goes on into the next'] = function()
  assert(at('2024-01-31T00:00:00Z'):add_date(0, 1, 0):format(time.DATE_ONLY) == '2024-03-02')
  assert(at('2024-02-29T00:00:00Z'):add_date(1, 0, 0):format(time.DATE_ONLY) == '2025-03-01')
  assert(at('2024-01-01T00:00:00Z'):add_date(0, 0, -1):format(time.DATE_ONLY) == '2023-12-31')
end

tests['moments compare as moments'] = function()
  local a = time.unix(1000, 5)
  local b = a:in_location(time.fixed_zone('X', 3600))
  assert(a == b and a:equal(b) and a <= b and not (a < b))
  local c = a:add(1)
  assert(a < c and c > a and c:after(a) and a:before(c) and a ~= c)
  assert(time.unix(-1, -1):nanosecond() == 999999999 and time.unix(-1, -1):unix() == -2)
end

tests['differences are exact and end at 64 bits'] = function()
  local a, b = at('2024-01-01T00:00:00Z'), at('2024-01-01T00:00:00.000000001Z')
  assert(b:sub(a):nanoseconds() == 1 and a:sub(b):nanoseconds() == -1)
  local first, last = at('0001-01-01T00:00:00Z'), at('9999-12-31T23:59:59Z')
  assert(last:sub(first):nanoseconds() == math.maxinteger and first:sub(last):nanoseconds() == math.mininteger)
  assert(time.unix(9223372036, 854775807):sub(time.unix(0, 0)):nanoseconds() == math.maxinteger)
  assert(time.unix(0, 0):sub(time.unix(9223372036, 854775807)):nanoseconds() == -math.maxinteger)
  assert(first:is_zero() and not last:is_zero())
end

tests['rounding counts from year one'] = function()
  local t = at('2024-01-01T12:34:56.789Z')
  local function r(d) return t:round(time.parse_duration(d)):format('15:04:05.999999999') end
  local function c(d) return t:truncate(time.parse_duration(d)):format('15:04:05.999999999') end
  assert(r('1s') == '12:34:57' and c('1s') == '12:34:56')
  assert(r('1h') == '13:00:00' and c('1h') == '12:00:00' and c('24h') == '00:00:00')
  assert(r('1ms') == '12:34:56.789' and r('10ms') == '12:34:56.79' and c('100ms') == '12:34:56.7')
  assert(c('250us') == '12:34:56.789' and c('1m') == '12:34:00')
  assert(r('0s') == '12:34:56.789' and c('-1s') == '12:34:56.789')
  assert(at('2024-01-01T12:00:00.5Z'):round(time.parse_duration('1s')):second() == 1, 'halves go up')
  local odd = time.parse_duration(1234567890123456789) -- sums of it exceed 64 bits
  assert(at('2262-04-11T23:47:16.854775807Z'):truncate(odd):unix() == 8234772937)
  assert(not pcall(t.round, t, 5) and not pcall(t.truncate, t, '1s'))
end

tests['durations read as in Go'] = function()
  for text, ns in pairs{
    ['0'] = 0, ['5s'] = 5e9, ['1.5h'] = 5400e9, ['-1m30s'] = -90e9, ['+3ms'] = 3e6, ['.5s'] = 5e8, ['1.s'] = 1e9,
    ['1h1m1s1ms1us1ns'] = 3661001001001,
    ['1µs'] = 1000, ['2μs'] = 2000, ['0.000000001s'] = 1, ['0.3333333333333333333h'] = 1199999999999, ['1.9ns'] = 1,
    ['2562047h47m16.854775807s'] = math.maxinteger,
  } do
    local d, err = time.parse_duration(text)
    assert(d and d:nanoseconds() == ns, text .. ' ' .. tostring(err or d:nanoseconds()))
  end
  for _, text in ipairs{ '', '3', '-', 's', '.s', '1x', '1.2.3s', '1 s', '..5s', '1s2', '2562048h', '99999999999999999999s', 'invalid' } do
    local d, err = time.parse_duration(text)
    assert(d == nil and err:kind() == errors.INVALID and err:retryable() == false, text)
  end
end

tests['durations are written as in Go'] = function()
  for text, ns in pairs{
    ['0s'] = 0, ['1ns'] = 1, ['1.1µs'] = 1100, ['2.2ms'] = 2200000, ['3.3s'] = 3300000000, ['4m5s'] = 245000000000,
    ['4m5.001s'] = 245001000000,
    ['5h6m7.001s'] = 18367001000000, ['8m0.000000001s'] = 480000000001, ['2562047h47m16.854775807s'] = math.maxinteger,
    ['-2562047h47m16.854775808s'] = math.mininteger, ['-1.5s'] = -1500000000, ['1h0m0s'] = 3600000000000,
  } do
    assert(tostring(time.parse_duration(ns)) == text, tostring(time.parse_duration(ns)) .. ' ' .. text)
  end
end

tests['durations count in units'] = function()
  local d = time.parse_duration('-1.5s')
  assert(d:milliseconds() == -1500 and d:microseconds() == -1500000 and d:seconds() == -1.5 and math.type(d:milliseconds()) == 'integer')
  assert(time.parse_duration('90m'):hours() == 1.5 and time.parse_duration('90s'):minutes() == 1.5)
  assert(time.parse_duration(1.9):nanoseconds() == 1 and time.parse_duration(-1.9):nanoseconds() == -1)
  assert(time.parse_duration('1s') == time.parse_duration(time.SECOND) and time.parse_duration('1s') < time.parse_duration('2s'))
  for _, bad in ipairs{ 0/0, 1/0, 1e300, {}, true } do assert(select(2, time.parse_duration(bad)):kind() == errors.INVALID) end
end

tests['a zone of the world'] = function()
  local paris = time.load_location('Europe/Paris')
  local function shows(t, text)
    assert(t:format('2006-01-02 15:04:05 -0700 MST') == text, t:format('2006-01-02 15:04:05 -0700 MST'))
  end
  shows(at('2024-03-31T00:59:59Z'):in_location(paris), '2024-03-31 01:59:59 +0100 CET')
  shows(at('2024-03-31T01:00:00Z'):in_location(paris), '2024-03-31 03:00:00 +0200 CEST')
  shows(at('2024-10-27T00:59:59Z'):in_location(paris), '2024-10-27 02:59:59 +0200 CEST')
  shows(at('2024-10-27T01:00:00Z'):in_location(paris), '2024-10-27 02:00:00 +0100 CET')
  shows(at('1700-01-01T00:00:00Z'):in_location(paris), '1700-01-01 00:09:21 +0009 LMT')
  shows(at('2500-07-01T00:00:00Z'):in_location(paris), '2500-07-01 02:00:00 +0200 CEST')
  shows(time.date(2024, 7, 1, 12, 0, 0, 0, paris), '2024-07-01 12:00:00 +0200 CEST')
  shows(time.date(2024, 3, 31, 2, 30, 0, 0, paris), '2024-03-31 03:30:00 +0200 CEST') -- an hour that does not exist
  shows(time.date(2024, 3, 30, 2, 30, 0, 0, paris):add_date(0, 0, 2), '2024-04-01 02:30:00 +0200 CEST')
  assert(time.load_location('Europe/Paris') == paris and tostring(paris) == 'Europe/Paris')
end

tests['the local zone is asked for when a field is read'] = function()
  local now = time.now()
  assert(now:unix() == 1735484645 and tostring(now:location()) == 'Local')
  assert(tostring(now) == '2024-12-29 15:04:05 +0000 UTC', 'text cannot wait')
  assert(now:hour() == 10 and now:day() == 29)
  assert(tostring(now) == '2024-12-29 10:04:05 -0500 EST')
  assert(time.date(2024, 7, 4, 12, 0, 0, 0):utc():hour() == 16)
  assert(now:in_local():hour() == 10 and now:utc():hour() == 15)
end

tests['zones that do not exist'] = function()
  for _, name in ipairs{ 'Nowhere/City', '+02:00', '../etc/passwd', ('A'):rep(100) } do
    local zone, err = time.load_location(name)
    assert(zone == nil and err:kind() == errors.NOT_FOUND and err:retryable() == false, name)
  end
  assert(time.load_location('UTC') == time.utc and time.load_location('Local') == time.localtz)
end

tests['wrong arguments raise where the call is'] = function()
  local now = time.now()
  for _, f in ipairs{
    function() now:add({}) end, function() now:sub(1) end, function() now:after(1) end, function() now:in_location('UTC') end,
    function() time.date(2024) end, function() now:format({}) end, function() time.parse() end, function() time.unix('x') end,
  } do
    local ok, err = pcall(f)
    assert(not ok and tostring(err):find('^cases/time.lua:%d+:'), tostring(err))
  end
end

tests['sleep takes the time it says'] = function()
  local start = time.now()
  time.sleep('1h30m')
  assert(time.now():sub(start) == time.parse_duration('90m'))
  time.sleep(0)
  assert(select(2, time.sleep('soon')):kind() == errors.INVALID)
  assert(select(2, time.sleep(nil)):kind() == errors.INVALID)
end

tests['after gives the time once, then the channel is closed'] = function()
  local start = time.now()
  local ch = time.after('3s')
  local t, ok = ch:receive()
  assert(ok and t:sub(start):seconds() == 3)
  t, ok = ch:receive()
  assert(t == nil and ok == false)
  for _, bad in ipairs{ 0, -1, 'x', '-1s' } do assert(select(2, time.after(bad)):kind() == errors.INVALID) end
end

tests['a stopped timer never fires'] = function()
  local timer = time.timer('1s')
  assert(timer:stop() == true and timer:stop() == false)
  local t, ok = timer:channel():receive()
  assert(t == nil and ok == false)
  time.sleep('2s')
end

tests['a timer starts anew'] = function()
  local start = time.now()
  local timer = time.timer('1h')
  assert(timer:reset('2s') == true)
  assert(timer:response():receive():sub(start):seconds() == 2)
  assert(timer:reset('2s') == false and timer:stop() == false, 'it has fired')
  assert(not pcall(timer.reset, timer, 0))
end

tests['ticks that nobody takes are dropped beyond 16'] = function()
  local ticker = time.ticker('1s')
  time.sleep('100s')
  ticker:stop()
  local ticks = 0
  while select(2, ticker:channel():receive()) do ticks = ticks + 1 end
  assert(ticks == 16, ticks)
end

tests['too many timers are refused'] = function()
  local kept, err = {}, nil
  for i = 1, 10001 do
    local timer
    timer, err = time.timer('1h')
    kept[i] = timer
  end
  assert(#kept == 10000 and err:kind() == errors.RATE_LIMITED and err:retryable() == true)
  for _, timer in ipairs(kept) do timer:stop() end
  assert(time.timer('1s'):stop())
end

return tests
