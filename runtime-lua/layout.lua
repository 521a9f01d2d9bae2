-- Go's time layouts: a layout is the moment "Mon Jan 2 15:04:05 MST 2006" written the way the result should look.
--
-- A layout is compiled into literal, element, literal, element, … literal; elements are named by their own spelling.
local host = ...
local calendar = host.require_runtime('calendar')
local zone = host.require_runtime('zone')
local byte, find, format, gsub, match, sub = string.byte, string.find, string.format, string.gsub, string.match, string.sub
local concat, ipairs, lower, tonumber = table.concat, ipairs, string.lower, tonumber

local months, weekdays = calendar.months, calendar.weekdays

-- Elements by first character, longest first.
local elements = {
  J = { 'January', 'Jan' }, M = { 'Monday', 'Mon', 'MST' }, P = { 'PM' }, p = { 'pm' },
  ['0'] = { '002', '01', '02', '03', '04', '05', '06' }, ['1'] = { '15', '1' }, ['2'] = { '2006', '2' }, ['3'] = { '3' }, ['4'] = { '4' },
  ['5'] = { '5' }, _ = { '__2', '_2' },
  ['-'] = { '-07:00:00', '-070000', '-07:00', '-0700', '-07' }, Z = { 'Z07:00:00', 'Z070000', 'Z07:00', 'Z0700', 'Z07' },
}

-- Numbers: field, how it is written, digits read (nil: one or two), least and greatest value read.
local numbers = {
  ['2006'] = { 'year', '%04d', 4 }, ['01'] = { 'month', '%02d', 2, 1, 12 }, ['1'] = { 'month', '%d', nil, 1, 12 },
  ['02'] = { 'day', '%02d', 2 }, ['2'] = { 'day', '%d' }, ['_2'] = { 'day', '%2d' },
  ['002'] = { 'yday', '%03d', 3 }, ['__2'] = { 'yday', '%3d', 3 },
  ['15'] = { 'hour', '%02d', nil, 0, 23 }, ['03'] = { 'hour', '%02d', 2, 0, 12 }, ['3'] = { 'hour', '%d', nil, 0, 12 },
  ['04'] = { 'min', '%02d', 2, 0, 59 }, ['4'] = { 'min', '%d', nil, 0, 59 },
  ['05'] = { 'sec', '%02d', 2, 0, 59 }, ['5'] = { 'sec', '%d', nil, 0, 59 },
}

local function element_at(layout, i)
  local first = sub(layout, i, i)
  if first == '.' or first == ',' then
    local digits, after = match(layout, '^(0+)(.?)', i + 1)
    if not digits then digits, after = match(layout, '^(9+)(.?)', i + 1) end
    return digits and not find(after, '%d') and first .. digits or nil
  end
  for _, name in ipairs(elements[first] or '') do
    if sub(layout, i, i + #name - 1) == name then
      local cut = (name == 'Jan' or name == 'Mon') and find(layout, '^%l', i + 3) -- "Month" holds no "Mon"
      local year = name == '_2' and sub(layout, i + 1, i + 4) == '2006'
      if not cut and not year then return name end
    end
  end
end

local KEPT = 16
local compiled, kept = {}, 0

local function compile(layout)
  local tokens = compiled[layout]
  if tokens then return tokens end
  tokens = {}
  local n, from, i = 0, 1, find(layout, '[JMPpZ0-5_.,-]')
  while i do
    local name = element_at(layout, i)
    if name then
      tokens[n + 1], tokens[n + 2] = sub(layout, from, i - 1), name
      n, from = n + 2, i + #name
    end
    i = find(layout, '[JMPpZ0-5_.,-]', name and from or i + 1)
  end
  tokens[n + 1] = sub(layout, from)
  if kept == KEPT then compiled, kept = {}, 0 end
  compiled[layout], kept = tokens, kept + 1
  return tokens
end

-- Offset in the form of "Z07:00", "-0700" and their like.
local function write_offset(name, offset)
  if offset == 0 and byte(name) == 90 then return 'Z' end
  local sign, seconds = '+', offset
  if offset < 0 then sign, seconds = '-', -offset end
  local colon = find(name, ':', 1, true) and ':' or ''
  local parts = (#name - 1 - (colon == '' and 0 or #gsub(name, '[^:]', ''))) // 2
  local text = sign .. format('%02d', seconds // 3600)
  if parts > 1 then text = text .. colon .. format('%02d', seconds // 60 % 60) end
  if parts > 2 then text = text .. colon .. format('%02d', seconds % 60) end
  return text
end

-- ".000" as it is, ".999" without trailing zeros; nine digits at most.
local function write_fraction(name, nsec)
  local text = sub(format('%09d', nsec), 1, #name - 1)
  if byte(name, 2) == 57 then
    text = gsub(text, '0+$', '')
    if text == '' then return '' end
  end
  return sub(name, 1, 1) .. text
end

local layouts = {}

--- The moment `sec` (since 1970), `nsec` at a place, written as `layout` is.
function layouts.format(layout, sec, nsec, location)
  local tokens = compile(layout)
  local offset, abbreviation = zone.lookup(location, sec)
  local fields = calendar.fields(sec + offset)
  local out = {}
  for i = 1, #tokens - 1, 2 do
    local name, text = tokens[i + 1], nil
    local number = numbers[name]
    if number then
      local value = fields[number[1]]
      if name == '03' or name == '3' then value = (value - 1) % 12 + 1 end
      text = format(number[2], value)
    elseif name == '06' then text = format('%02d', fields.year % 100)
    elseif name == 'January' then text = months[fields.month]
    elseif name == 'Jan' then text = sub(months[fields.month], 1, 3)
    elseif name == 'Monday' then text = weekdays[fields.wday]
    elseif name == 'Mon' then text = sub(weekdays[fields.wday], 1, 3)
    elseif name == 'PM' then text = fields.hour < 12 and 'AM' or 'PM'
    elseif name == 'pm' then text = fields.hour < 12 and 'am' or 'pm'
    elseif name == 'MST' then text = abbreviation ~= '' and abbreviation or write_offset('-0700', offset)
    elseif find(name, '^[.,]') then text = write_fraction(name, nsec)
    else text = write_offset(name, offset)
    end
    out[i], out[i + 1] = tokens[i], text
  end
  out[#tokens] = tokens[#tokens]
  return concat(out)
end

---------------------------------------------------------------------------------------------------------------------------------- reading

-- Position after `literal` in value from i on; a run of blanks stands for any run of blanks, also none at the end of the value.
local function skip(value, i, literal)
  local k = 1
  while k <= #literal do
    if byte(literal, k) == 32 then
      if i <= #value and byte(value, i) ~= 32 then return nil end
      k, i = match(literal, '^ *()', k), match(value, '^ *()', i)
    else
      if byte(literal, k) ~= byte(value, i) then return nil end
      k, i = k + 1, i + 1
    end
  end
  return i
end

-- Index of the name (or its first three letters) that stands at i, in any case.
local function read_name(names, first, short, value, i)
  for k = first, #names do
    local name = short and sub(names[k], 1, 3) or names[k]
    if lower(sub(value, i, i + #name - 1)) == lower(name) then return k, i + #name end
  end
end

local function nanoseconds(digits)
  return tonumber(sub(digits .. '000000000', 1, 9))
end

-- The end of a time zone abbreviation at i: capital letters as in tzdata, "GMT+3" or a sign with hours.
local function abbreviation_end(value, i)
  local hours, j = match(value, '^GMT[+-](%d%d?)()', i)
  if hours and tonumber(hours) <= 23 then return j end
  hours, j = match(value, '^[+-](%d%d)()', i)
  if hours then return tonumber(hours) <= 23 and j or nil end
  j = match(value, '^Ch?ST()', i) or match(value, '^MeST()', i)
  if j and j - i == 4 then return j end
  local letters = match(value, '^%u+', i) or ''
  local t = byte(letters, -1) == 84
  if #letters == 3 or #letters == 4 and (t or letters == 'WITA') or #letters == 5 and t then return i + #letters end
end

-- Reads the element `name` at i into fields. Gives the position after it; or nil when the text does not fit; or false and what is out of
-- range.
local function read_element(name, following, value, i, fields)
  local number = numbers[name]
  if number then
    if name == '_2' and byte(value, i) == 32 then i = i + 1 end
    if name == '__2' then i = match(value, '^ ? ?()', i) end
    local width = number[3]
    local digits = match(value, width == 4 and '^%d%d%d%d' or width == 3 and '^%d%d?%d?' or width and '^%d%d' or '^%d%d?', i)
    if not digits or name == '002' and #digits ~= 3 then return nil end
    i = i + #digits
    local n = tonumber(digits)
    if number[4] and (n < number[4] or n > number[5]) then
      return false, number[1] == 'min' and 'minute' or number[1] == 'sec' and 'second' or number[1]
    end
    fields[number[1]] = n
    if number[1] == 'sec' and not find(following or '', '^[.,]') then -- a fraction may follow seconds even when the layout has none
      local fraction = match(value, '^[.,](%d+)', i)
      if fraction then fields.nsec, i = nanoseconds(fraction), i + 1 + #fraction end
    end
    return i
  end
  if name == '06' then
    local digits = match(value, '^%d%d', i)
    if not digits then return nil end
    local n = tonumber(digits)
    fields.year = n >= 69 and n + 1900 or n + 2000
    return i + 2
  end
  if name == 'January' or name == 'Jan' then
    local n, j = read_name(months, 1, name == 'Jan', value, i)
    fields.month = n
    return j
  end
  if name == 'Monday' or name == 'Mon' then
    local _, j = read_name(weekdays, 0, name == 'Mon', value, i)
    return j
  end
  if name == 'PM' or name == 'pm' then
    local half = match(value, name == 'PM' and '^[AP]M' or '^[ap]m', i)
    fields.half = half and lower(half)
    return half and i + 2
  end
  if name == 'MST' then
    if sub(value, i, i + 2) == 'UTC' then
      fields.utc = true
      return i + 3
    end
    local j = abbreviation_end(value, i)
    fields.abbreviation = j and sub(value, i, j - 1)
    return j
  end
  if find(name, '^[.,]') then
    local digits = match(value, '^[.,](%d+)', i)
    if byte(name, 2) == 57 then
      if not digits then return i end
    elseif not digits or #digits < #name - 1 then
      return nil
    else
      digits = sub(digits, 1, #name - 1)
    end
    fields.nsec = nanoseconds(digits)
    return i + 1 + #digits
  end
  if byte(name) == 90 and sub(value, i, i) == 'Z' then
    fields.utc = true
    return i + 1
  end
  local pattern = gsub(sub(name, 2), '0%d', '(%%d%%d)')
  local sign, hours, minutes, seconds = match(value, '^([+-])' .. pattern, i)
  if not sign then return nil end
  hours, minutes, seconds = tonumber(hours), tonumber(minutes or 0), tonumber(seconds or 0)
  if hours > 24 then return false, 'time zone offset hour' end
  if minutes > 59 then return false, 'time zone offset minute' end
  if seconds > 59 then return false, 'time zone offset second' end
  local offset = hours * 3600 + minutes * 60 + seconds
  fields.offset = sign == '-' and -offset or offset
  return i + #name
end

-- Month and day, from the day of the year when that is what was read; or what is out of range.
local function settle_date(fields)
  local year = fields.year
  local yday = fields.yday
  if yday then
    if yday < 1 or yday > calendar.day(year + 1, 1, 1) - calendar.day(year, 1, 1) then return 'day-of-year' end
    local _, month, day = calendar.date(calendar.day(year, 1, yday))
    if (fields.month or month) ~= month or (fields.day or day) ~= day then return 'day-of-year does not match date' end
    fields.month, fields.day = month, day
  end
  fields.month, fields.day = fields.month or 1, fields.day or 1
  if fields.day < 1 or fields.day > calendar.month_days(year, fields.month) then return 'day' end
end

--- Reads `value`, written as `layout` is → sec, nsec, location; or nil, message. Where the text names no zone it is `location`'s.
function layouts.parse(layout, value, location)
  local tokens = compile(layout)
  local fields = { year = 0, hour = 0, min = 0, sec = 0, nsec = 0 }
  local i = 1
  local function cannot(what)
    return nil, format('parsing time %q as %q: cannot parse %q as %q', value, layout, sub(value, i), what)
  end
  local function wrong(what)
    return nil, format('parsing time %q: %s', value, what)
  end
  for k = 1, #tokens, 2 do
    local j = skip(value, i, tokens[k])
    if not j then return cannot(tokens[k]) end
    i = j
    local name = tokens[k + 1]
    if name then
      local after, out_of_range = read_element(name, tokens[k + 3], value, i, fields)
      if after == nil then return cannot(name) end
      if not after then return wrong(out_of_range .. ' out of range') end
      i = after
    end
  end
  if i <= #value then return wrong(format('extra text: %q', sub(value, i))) end
  if fields.half == 'pm' and fields.hour < 12 then fields.hour = fields.hour + 12 end
  if fields.half == 'am' and fields.hour == 12 then fields.hour = 0 end
  local out_of_range = settle_date(fields)
  if out_of_range then return wrong(find(out_of_range, ' ') and out_of_range or out_of_range .. ' out of range') end

  local wall = calendar.seconds(fields.year, fields.month, fields.day, fields.hour, fields.min, fields.sec)
  local offset, abbreviation = fields.offset, fields.abbreviation
  if fields.utc then return wall, fields.nsec, zone.utc end
  if offset then
    local there, name = zone.lookup(location, wall - offset)
    if there == offset and (not abbreviation or name == abbreviation) then return wall - offset, fields.nsec, location end
    return wall - offset, fields.nsec, zone.fixed(abbreviation or '', offset)
  end
  if abbreviation then
    offset = zone.offset_of(location, abbreviation, wall)
    if offset then return wall - offset, fields.nsec, location end
    offset = (tonumber(match(abbreviation, '^GMT(.+)')) or 0) * 3600
    return wall - offset, fields.nsec, zone.fixed(abbreviation, offset)
  end
  return zone.from_wall(location, wall), fields.nsec, location
end

return layouts
