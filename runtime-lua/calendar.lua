-- Days and dates of the proleptic Gregorian calendar, in whole numbers. Day 0 is 1 January 1970, a Thursday.

local calendar = {
  months = { 'January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December' },
  weekdays = { [0] = 'Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday' },
}

-- Both directions count years from March, so that the leap day is the last day of a year, in eras of 400 years = 146097 days.

--- Day number of a date; months and days beyond their range carry over.
function calendar.day(year, month, day)
  month = month - 3 -- March = 0
  year = year + month // 12
  month = month % 12
  local era, y = year // 400, year % 400
  return era * 146097 + y * 365 + y // 4 - y // 100 + (153 * month + 2) // 5 + day - 719469
end

--- year, month, day of a day number.
function calendar.date(n)
  n = n + 719468
  local era, d = n // 146097, n % 146097
  local y = (d - d // 1460 + d // 36524 - d // 146096) // 365
  d = d - (365 * y + y // 4 - y // 100)
  local month = (5 * d + 2) // 153
  local day = d - (153 * month + 2) // 5 + 1
  if month < 10 then return era * 400 + y, month + 3, day end
  return era * 400 + y + 1, month - 9, day
end

function calendar.month_days(year, month)
  return calendar.day(year, month + 1, 1) - calendar.day(year, month, 1)
end

--- A moment, given as seconds since 1970 plus the zone's offset, in fields: year month day hour min sec wday (0 = Sunday) yday (from 1).
function calendar.fields(seconds)
  local n, s = seconds // 86400, seconds % 86400
  local year, month, day = calendar.date(n)
  return {
    year = year, month = month, day = day,
    hour = s // 3600, min = s // 60 % 60, sec = s % 60,
    wday = (n + 4) % 7, yday = n - calendar.day(year, 1, 1) + 1,
  }
end

--- Seconds since 1970 of a wall clock that shows this, were its zone UTC; every part may be beyond its range.
function calendar.seconds(year, month, day, hour, min, sec)
  return calendar.day(year, month, day) * 86400 + hour * 3600 + min * 60 + sec
end

return calendar
