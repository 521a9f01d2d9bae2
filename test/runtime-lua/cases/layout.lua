local time = require('time')
local tests = {}

local moment = time.date(2009, 2, 5, 5, 0, 57, 12345600, time.fixed_zone('PST', -8 * 3600))

tests['layouts of Go'] = function()
  for layout, text in pairs{
    [time.RFC3339] = '2009-02-05T05:00:57-08:00', [time.RFC3339NANO] = '2009-02-05T05:00:57.0123456-08:00',
    [time.RFC822] = '05 Feb 09 05:00 PST', [time.RFC822Z] = '05 Feb 09 05:00 -0800', [time.RFC850] = 'Thursday, 05-Feb-09 05:00:57 PST',
    [time.RFC1123] = 'Thu, 05 Feb 2009 05:00:57 PST', [time.RFC1123Z] = 'Thu, 05 Feb 2009 05:00:57 -0800', [time.KITCHEN] = '5:00AM',
    [time.STAMP] = 'Feb  5 05:00:57', [time.STAMP_MILLI] = 'Feb  5 05:00:57.012', [time.STAMP_MICRO] = 'Feb  5 05:00:57.012345',
    [time.STAMP_NANO] = 'Feb  5 05:00:57.012345600', [time.DATE_TIME] = '2009-02-05 05:00:57',
    ['Mon Jan _2 15:04:05 2006'] = 'Thu Feb  5 05:00:57 2009', ['Monday January 2'] = 'Thursday February 5',
    ['3pm 03PM 1/2/06 01/02'] = '5am 05AM 2/5/09 02/05', ['002 __2'] = '036  36', ['4 5 15h'] = '0 57 05h',
    ['Z07 Z0700 Z07:00 Z07:00:00 -07 -070000'] = '-08 -0800 -08:00 -08:00:00 -08 -080000',
    ['05.000 05,000 05.99 05.0'] = '57.012 57,012 57.01 57.0', ['Month Jane _2006 .00a .001'] = 'Month Jane _2009 .01a .002',
    [''] = '', ['T'] = 'T',
    ['20060102150405'] = '20090205050057', ['1.000000000000'] = '2.012345600',
  } do
    assert(moment:format(layout) == text, layout .. ' → ' .. moment:format(layout))
  end
  assert(moment:format_rfc3339() == '2009-02-05T05:00:57-08:00')
  assert(moment:utc():format('Z07:00 -07:00 MST') == 'Z +00:00 UTC')
  assert(tostring(moment) == '2009-02-05 05:00:57.0123456 -0800 PST')
  local noon = time.date(5, 1, 1, 12, 0, 0, 0, time.fixed_zone('', 19800))
  assert(noon:format('2006 06 3PM MST') == '0005 05 12PM +0530')
  assert(time.date(2024, 1, 1, 0, 0, 0, 0, time.utc):format('3:04pm 03') == '12:00am 12')
end

local function reads(layout, value, text, zone)
  local t, err = time.parse(layout, value, zone or time.utc)
  assert(t, tostring(err))
  local shown = t:format('2006-01-02 15:04:05.999999999 -07:00 MST')
  assert(shown == text, value .. ' → ' .. shown)
  return t
end

tests['what was written is read'] = function()
  reads(time.RFC3339, '2009-02-05T05:00:57-08:00', '2009-02-05 05:00:57 -08:00 -0800')
  reads(time.RFC3339, '2009-02-05T05:00:57.0123456Z', '2009-02-05 05:00:57.0123456 +00:00 UTC')
  reads(time.RFC1123, 'Thu, 05 Feb 2009 05:00:57 PST', '2009-02-05 05:00:57 +00:00 PST')
  reads(time.RFC1123Z, 'Thu, 05 Feb 2009 05:00:57 +0530', '2009-02-05 05:00:57 +05:30 +0530')
  reads(time.KITCHEN, '3:04PM', '0000-01-01 15:04:00 +00:00 UTC')
  reads(time.KITCHEN, '12:04AM', '0000-01-01 00:04:00 +00:00 UTC')
  reads('Monday, January _2 2006', 'thursday, FEBRUARY  5 2009', '2009-02-05 00:00:00 +00:00 UTC')
  reads('06-1-2', '69-2-5', '1969-02-05 00:00:00 +00:00 UTC')
  reads('06-1-2', '68-12-25', '2068-12-25 00:00:00 +00:00 UTC')
  reads('2006 002', '2024 060', '2024-02-29 00:00:00 +00:00 UTC')
  reads('2006  15:04', '2024 05:06', '2024-01-01 05:06:00 +00:00 UTC')
  reads('15:04:05', '01:02:03,5', '0000-01-01 01:02:03.5 +00:00 UTC')
  reads('15:04:05.000', '01:02:03.123', '0000-01-01 01:02:03.123 +00:00 UTC')
  reads('15:04:05.999', '01:02:03', '0000-01-01 01:02:03 +00:00 UTC')
  reads('2006 MST', '2024 GMT-3', '2024-01-01 00:00:00 -03:00 GMT-3')
  reads('2006-01-02T15:04:05.999999999Z', '2024-01-01T12:34:56.789Z', '2024-01-01 12:34:56.789 +00:00 UTC')
end

tests['a zone in the text belongs to the place when it fits'] = function()
  local york = time.load_location('America/New_York')
  local t = reads('2006-01-02 15:04 MST', '2024-07-01 12:00 EDT', '2024-07-01 12:00:00 -04:00 EDT', york)
  assert(t:location() == york)
  assert(reads('2006-01-02 15:04 MST', '2024-07-01 12:00 EST', '2024-07-01 13:00:00 -04:00 EDT', york):location() == york)
  assert(reads(time.RFC3339, '2024-07-01T12:00:00-04:00', '2024-07-01 12:00:00 -04:00 EDT', york):location() == york)
  assert(reads(time.RFC3339, '2024-07-01T12:00:00-05:00', '2024-07-01 12:00:00 -05:00 -0500', york):location() ~= york)
  reads(time.DATE_TIME, '2024-07-01 12:00:00', '2024-07-01 12:00:00 -04:00 EDT', york)
end

tests['what does not fit is refused'] = function()
  for value, layout in pairs{
    ['2024-13-01'] = time.DATE_ONLY, ['2024-02-30'] = time.DATE_ONLY, ['2024-2-03'] = time.DATE_ONLY, ['2024-02-03x'] = time.DATE_ONLY,
    ['24:00:00'] = time.TIME_ONLY, ['12:60:00'] = time.TIME_ONLY, ['12:00:60'] = time.TIME_ONLY, ['13:00PM'] = time.KITCHEN,
    ['3:04xm'] = time.KITCHEN,
    ['2023 366'] = '2006 002', ['2024-00-01'] = '2006-01-02', ['Foo'] = 'Jan', ['12:00:00.12'] = '15:04:05.000', ['+25:00'] = '-07:00',
    ['+0260'] = '-0700', ['abc'] = 'MST', [''] = '2006',
  } do
    local t, err = time.parse(layout, value, time.utc)
    assert(t == nil and err:kind() == errors.INVALID, value)
    assert(tostring(err):find('time.parse: parsing time', 1, true))
  end
  local _, err = time.parse(time.DATE_ONLY, '2023-02-29', time.utc)
  assert(tostring(err) == 'time.parse: parsing time "2023-02-29": day out of range')
  _, err = time.parse(time.DATE_ONLY, 'invalid-date', time.utc)
  assert(tostring(err) == 'time.parse: parsing time "invalid-date" as "2006-01-02": cannot parse "invalid-date" as "2006"')
end

return tests
