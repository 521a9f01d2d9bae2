local tests = {}

-- The clock stands at 2024-12-29 15:04:05 UTC; the local zone is New York.
tests['time without arguments is now'] = function()
  assert(os.time() == 1735484645 and math.type(os.time()) == 'integer')
end

tests['time of a table is local, its date today by default'] = function()
  assert(os.time{ year = 2024, month = 7, day = 4, hour = 12 } == 1720108800)
  assert(os.time{ year = 2024, month = 1, day = 1 } == 1704085200)
  assert(os.time{} == 1735448400)
  assert(os.time{ year = 2024, month = 14, day = 1, sec = -1 } == os.time{ year = 2025, month = 2, day = 1 } - 1)
  assert(not pcall(os.time, 'now'))
end

tests['the letters of date'] = function()
  local at = os.time{ year = 2024, month = 3, day = 5, hour = 14, min = 7, sec = 9 }
  assert(os.date('%Y-%m-%d %H:%M:%S %I%p %a %A %b %B %j %w %y %%', at) == '2024-03-05 14:07:09 02PM Tue Tuesday Mar March 065 2 24 %')
  assert(os.date('%c', at) == 'Tue Mar  5 14:07:09 2024' and os.date('%x %X', at) == '03/05/24 14:07:09')
  assert(os.date('%z %Z', at) == '-0500 EST' and os.date('!%H %z %Z', at) == '19 +0000 UTC')
  assert(os.date('%Q %', at) == '%Q %')
  assert(os.date() == 'Sun Dec 29 10:04:05 2024')
end

tests['weeks are those of ISO 8601'] = function()
  for day, week in pairs{ ['2021-01-03'] = '53', ['2021-01-04'] = '01', ['2024-12-30'] = '01', ['2020-12-31'] = '53',
    ['2023-01-01'] = '52', ['2024-06-15'] = '24' } do
    local y, m, d = day:match('(%d+)-(%d+)-(%d+)')
    assert(os.date('!%W', require('time').date(tonumber(y), tonumber(m), tonumber(d), 12, 0, 0, 0,
      require('time').utc):unix()) == week, day)
  end
end

tests['date as a table'] = function()
  local t = os.date('*t', 1720108800)
  assert(t.year == 2024 and t.month == 7 and t.day == 4 and t.hour == 12 and t.wday == 5 and t.yday == 186 and t.isdst == true)
  assert(os.date('*t', 1704085200).isdst == false and os.date('!*t', 1720108800).hour == 16)
  assert(os.date('*t', 12.7).sec == 12)
end

tests['a format of any length is refused'] = function()
  assert(not pcall(os.date, ('%c'):rep(3000)))
  assert(not pcall(os.date, '%c', 0/0) and not pcall(os.date, '%c', 'now'))
end

tests['the rest'] = function()
  assert(os.difftime(10, 4) == 6 and os.platform == 'wippy' and os.clock() >= 0)
  assert(os.getenv == nil and os.execute == nil)
end

return tests
