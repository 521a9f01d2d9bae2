-- JSON in and out of Lua values; schemas are checked by the host.
--
-- Reading: integers that fit 64 bits stay integers, null is nil, the last of equal keys wins. Writing: a table is an array when its keys
-- are 1…n, an object when none of them is a positive integer, an error otherwise; what JSON has no word for is null. No state lives outside
-- the arguments: two coroutines may be in here at once.
local host = ...
local errors = host.require_runtime('errors')
local fail = errors.fail
local byte, find, format, gsub, match, sub = string.byte, string.find, string.format, string.gsub, string.match, string.sub
local utf8 = host.library.utf8 -- no global any more when this is loaded
local concat, char, huge, inttype, tointeger = table.concat, utf8.char, math.huge, math.type, math.tointeger
local length, offset = utf8.len, utf8.offset
local error, getmetatable, next, pcall, setmetatable, tonumber, tostring, type =
  error, getmetatable, next, pcall, setmetatable, tonumber, tostring, host.type

local MAX_DEPTH = 128

local json = {}

-- Problems travel as tables so that they cannot be taken for errors of Lua itself.
local function problem(message)
  error({ message }, 0)
end

local function guarded(context, f, ...)
  local ok, result = pcall(f, ...)
  if ok then return result end
  if type(result) ~= 'table' then error(result, 0) end
  return fail(errors.INTERNAL, result[1], context)
end

---------------------------------------------------------------------------------------------------------------------------------- writing

local escape = { ['"'] = '\\"', ['\\'] = '\\\\', ['\n'] = '\\n', ['\r'] = '\\r', ['\t'] = '\\t', ['\b'] = '\\b', ['\f'] = '\\f' }
setmetatable(escape, {
  __index = function(self, c)
    local code = format('\\u%04x', byte(c))
    self[c] = code
    return code
  end,
})

local PIECE = 65536 -- bytes that are looked at in one go: `length` is not preempted

-- Where the first byte from `from` on stands that is not UTF-8; nil when there is none.
local function first_bad(s, from)
  while #s - from >= PIECE do
    local n, bad = length(s, from, from + PIECE - 1)
    if bad then return bad end
    from = offset(s, n + 1, from)
  end
  local _, bad = length(s, from)
  return bad
end

-- Bytes that are not UTF-8 become U+FFFD, one each.
local function valid(s)
  local bad = first_bad(s, 1)
  if not bad then return s end
  local parts, from = {}, 1
  while bad do
    parts[#parts + 1] = sub(s, from, bad - 1) .. '\u{FFFD}'
    from = bad + 1
    bad = first_bad(s, from)
  end
  return concat(parts) .. sub(s, from)
end

local function quote(s)
  if find(s, '[%c"\\\128-\255]') then s = gsub(valid(s), '[\0-\31"\\]', escape) end
  return '"' .. s .. '"'
end

local function number(v)
  if inttype(v) == 'integer' then return v end
  if v ~= v or v == huge or v == -huge then return 'null' end
  local whole = tointeger(v)
  if whole then return whole end
  for digits = 14, 16 do
    local s = format('%.' .. digits .. 'g', v)
    if tonumber(s) == v then return s end
  end
  return format('%.17g', v)
end

local MIXED = 'cannot encode mixed-key table: table has both numeric and non-numeric keys'

local write

local function write_array(t, out, n, depth, empty)
  local count, max = 0, 0
  for k in next, t do
    if inttype(k) ~= 'integer' or k < 1 then problem(MIXED) end
    count = count + 1
    if k > max then max = k end
  end
  if count ~= max then problem('cannot encode sparse array: non-contiguous numeric keys found') end
  out[n] = '['
  for i = 1, max do
    if i > 1 then
      n = n + 1
      out[n] = ','
    end
    n = write(t[i], out, n + 1, depth, empty)
  end
  out[n + 1] = ']'
  return n + 1
end

local function write_object(t, out, n, depth, empty)
  out[n] = '{'
  local comma = ''
  for k, v in next, t do
    local kind = type(k)
    if kind == 'number' and inttype(k) == 'integer' and k > 0 then problem(MIXED) end
    if kind == 'string' or kind == 'number' or kind == 'boolean' then
      n = n + 1
      out[n] = comma .. (kind == 'string' and quote(k) or '"' .. tostring(k) .. '"') .. ':'
      comma = ','
      n = write(v, out, n + 1, depth, empty)
    end
  end
  out[n + 1] = '}'
  return n + 1
end

-- Writes v at out[n] and on; gives the last position used.
function write(v, out, n, depth, empty)
  local kind = type(v)
  if kind == 'string' then
    out[n] = quote(v)
  elseif kind == 'number' then
    out[n] = number(v)
  elseif kind == 'boolean' then
    out[n] = v and 'true' or 'false'
  elseif kind == 'table' then
    if depth > MAX_DEPTH then problem('exceeded maximum nesting depth: recursively nested or deeper than 128 tables') end
    local first = next(v)
    if first == nil then
      out[n] = empty
    elseif inttype(first) == 'integer' and first > 0 then
      return write_array(v, out, n, depth + 1, empty)
    else
      return write_object(v, out, n, depth + 1, empty)
    end
  else
    out[n] = getmetatable(v) == 'Error' and quote(tostring(v)) or 'null'
  end
  return n
end

local function encode(v, empty)
  local out = {}
  local n = write(v, out, 1, 0, empty)
  return concat(out, '', 1, n)
end

--- json.encode(value) → string | nil, err
function json.encode(v)
  return guarded('encode failed', encode, v, '[]')
end

---------------------------------------------------------------------------------------------------------------------------------- reading

local unescape = { b = '\b', f = '\f', n = '\n', r = '\r', t = '\t', ['"'] = '"', ['\\'] = '\\', ['/'] = '/' }

local function unexpected(s, i)
  if i > #s then problem('unexpected end of JSON input') end
  problem(format('invalid character %q at byte %d', sub(s, i, i), i))
end

-- A string whose first character stands at i → its value, the position after the closing quote.
local function read_string(s, i)
  local j = find(s, '["\\\0-\31]', i)
  if j and byte(s, j) == 34 then return sub(s, i, j - 1), j + 1 end
  local parts, n = {}, 0
  while j do
    local c = byte(s, j)
    n = n + 1
    parts[n] = sub(s, i, j - 1)
    if c == 34 then return concat(parts), j + 1 end
    if c ~= 92 then unexpected(s, j) end
    local letter = sub(s, j + 1, j + 1)
    if letter == 'u' then
      local code = tonumber(match(s, '^%x%x%x%x', j + 2) or unexpected(s, j), 16)
      i = j + 6
      if code >= 0xD800 and code < 0xE000 then
        local low = code < 0xDC00 and tonumber(match(s, '^\\u(%x%x%x%x)', i) or '', 16)
        if low and low >= 0xDC00 and low < 0xE000 then
          code, i = 0x10000 + (code - 0xD800 << 10) + (low - 0xDC00), i + 6
        else
          code = 0xFFFD
        end
      end
      letter = char(code)
    else
      letter = unescape[letter] or unexpected(s, j + 1)
      i = j + 2
    end
    n = n + 1
    parts[n] = letter
    j = find(s, '["\\\0-\31]', i)
  end
  problem('unexpected end of JSON input')
end

local function read_number(s, i)
  local text, j = match(s, '^(-?%d+)()', i)
  if not text then unexpected(s, i) end
  local after = byte(s, j)
  if after == 46 or after == 101 or after == 69 then -- . e E
    j = match(s, '^%.%d+()', j) or j
    j = match(s, '^[eE][+-]?%d+()', j) or j
    text = sub(s, i, j - 1)
  end
  if #text > 1 and find(text, '^-?0%d') then unexpected(s, i + 1) end
  local v = tonumber(text)
  if v == huge or v == -huge then problem('number out of range at byte ' .. i) end
  return v, j
end

local read

local function read_array(s, i, depth)
  local t, n, separator = {}, 0, nil
  i = match(s, '^[ \n\r\t]*()', i)
  if byte(s, i) == 93 then return t, i + 1 end
  repeat
    n = n + 1
    t[n], i = read(s, i, depth)
    separator, i = match(s, '^[ \n\r\t]*([%],]?)[ \n\r\t]*()', i)
    if separator == '' then unexpected(s, i) end
  until separator == ']'
  return t, i
end

local function read_object(s, i, depth)
  local t, separator = {}, nil
  i = match(s, '^[ \n\r\t]*()', i)
  if byte(s, i) == 125 then return t, i + 1 end
  repeat
    local key, j = match(s, '^"([^"\\\0-\31]*)"[ \n\r\t]*:[ \n\r\t]*()', i)
    if not key then
      if byte(s, i) ~= 34 then unexpected(s, i) end
      key, i = read_string(s, i + 1)
      j = match(s, '^[ \n\r\t]*:[ \n\r\t]*()', i) or unexpected(s, match(s, '^[ \n\r\t]*()', i))
    end
    t[key], i = read(s, j, depth)
    separator, i = match(s, '^[ \n\r\t]*([},]?)[ \n\r\t]*()', i)
    if separator == '' then unexpected(s, i) end
  until separator == '}'
  return t, i
end

local words = { [116] = { 'true', true }, [102] = { 'false', false }, [110] = { 'null', nil } }

-- The value that starts at i → the value, the position after it.
function read(s, i, depth)
  local c = byte(s, i)
  if c == 34 then return read_string(s, i + 1) end
  if c == 123 or c == 91 then
    if depth > MAX_DEPTH then problem('maximum nesting depth exceeded') end
    if c == 123 then return read_object(s, i + 1, depth + 1) end
    return read_array(s, i + 1, depth + 1)
  end
  local word = words[c]
  if not word then return read_number(s, i) end
  local j = i + #word[1]
  if sub(s, i, j - 1) ~= word[1] then unexpected(s, i) end
  return word[2], j
end

local function decode(s)
  local v, i = read(s, match(s, '^[ \n\r\t]*()'), 0)
  i = match(s, '^[ \n\r\t]*()', i)
  if i <= #s then unexpected(s, i) end
  return v
end

--- json.decode(s) → value | nil, err
function json.decode(s)
  if type(s) ~= 'string' then return fail(errors.INVALID, 'string expected') end
  if s == '' then return fail(errors.INVALID, 'empty string is not valid JSON') end
  return guarded('decode failed', decode, s)
end

------------------------------------------------------------------------------------------------------------------------------- validating

local function refused(message, context)
  local _, err = fail(errors.INVALID, message, context)
  return false, err
end

-- `loose`: empty tables in the data were written as {} and may be meant as [].
local function validate(schema, data, loose)
  if schema == nil then return refused('schema is required') end
  if type(schema) == 'table' then
    local text, err = json.encode(schema)
    if not text then return refused(tostring(err), 'schema error') end
    schema = text
  elseif type(schema) ~= 'string' then
    return refused('schema must be a string or table', 'schema error')
  end
  local ok, err = host.ask('json.validate', '', schema, data, loose)
  if ok then return true end
  return false, err
end

--- json.validate(schema, value) → true | false, err. The schema is a table or JSON.
function json.validate(schema, data)
  if schema ~= nil and data == nil then return refused('data is required') end
  local text, err = guarded('convert data', encode, data, '{}')
  if not text then return refused(tostring(err)) end
  return validate(schema, text, true)
end

--- json.validate_string(schema, text) → true | false, err
function json.validate_string(schema, text)
  if schema ~= nil and type(text) ~= 'string' then return refused('data must be a JSON string') end
  return validate(schema, text, false)
end

return json
