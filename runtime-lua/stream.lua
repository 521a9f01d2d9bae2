-- Bytes that come and go piece by piece. Other modules open streams; this one has what they are made of.
--
-- A Stream is {number}; closed, it has no number. A Scanner is {stream, split, rest, token, err, is_over}.
local host = ...
local argument = host.require_runtime('argument')
local errors = host.require_runtime('errors')
local ask, fail, INVALID, INTERNAL = host.ask, errors.fail, errors.INVALID, errors.INTERNAL
local setmetatable, tointeger, tostring, type = setmetatable, math.tointeger, tostring, host.type
local byte, find, sub = string.byte, string.find, string.sub

local LONGEST_TOKEN = 64 * 1024 -- as Go's scanners
local PIECE = 4096

local stream = {}

local STREAM, SCANNER = 'stream.Stream', 'stream.Scanner'
local methods, scanning = {}, {}
local Stream = host.userdata{ __name = STREAM, __metatable = STREAM, __index = methods }
local Scanner = host.userdata{ __name = SCANNER, __metatable = SCANNER, __index = scanning }

--- stream.wrap(number) → Stream, for modules that open one
local function wrap(number)
  return setmetatable({ number }, Stream)
end
host.stream = wrap

-- The number of an open stream, or nil, err.
local function open(self, method)
  local number = argument.object(self, STREAM, method)[1]
  if number then return number end
  return fail(INTERNAL, 'stream is closed')
end

--- stream:read(most = 32 KiB) → string | nil at the end | nil, err
function methods:read(size)
  local number, err = open(self, 'read')
  if not number then return nil, err end
  if size ~= nil and (not tointeger(size) or size < 0) then return fail(INVALID, 'size must be a non-negative integer') end
  return ask('stream.read', '', number, size or 0)
end

--- stream:write(data) → bytes written | nil, err
function methods:write(data)
  local number, err = open(self, 'write')
  if not number then return nil, err end
  return ask('stream.write', '', number, argument.string(data, 1, 'write'))
end

--- stream:seek(whence = 'set', offset = 0) → position from the start | nil, err
function methods:seek(whence, offset)
  local number, err = open(self, 'seek')
  if not number then return nil, err end
  return ask('stream.seek', '', number, whence or 'set', offset or 0)
end

--- stream:flush() → true | nil, err
function methods:flush()
  local number, err = open(self, 'flush')
  if not number then return nil, err end
  return ask('stream.flush', '', number)
end

--- stream:stat() → { size, position, readable, writable, seekable } | nil, err
function methods:stat()
  local number, err = open(self, 'stat')
  if not number then return nil, err end
  return ask('stream.stat', '', number)
end

--- stream:close() → true | nil, err; once more is no error
function methods:close()
  local number = argument.object(self, STREAM, 'close')[1]
  if not number then return true end
  self[1] = nil
  return ask('stream.close', '', number)
end

-- How many bytes of `rest` are passed, and which token they hold: pass, from, to. Nothing when more is needed; `is_over`: there is no more.
local splits = {
  lines = function(rest, is_over)
    local at = find(rest, '\n', 1, true)
    local last = at and at - 1 or is_over and rest ~= '' and #rest
    if not last then return nil end
    return at or #rest, 1, byte(rest, last) == 13 and last - 1 or last
  end,
  words = function(rest, is_over)
    local from, to = find(rest, '%S+')
    if not from then return #rest end
    if to == #rest and not is_over then return from - 1 end
    return to, from, to
  end,
  bytes = function(rest)
    if rest == '' then return nil end
    return 1, 1, 1
  end,
  runes = function(rest, is_over)
    local first = byte(rest)
    if not first then return nil end
    local size = first < 0xC0 and 1 or first < 0xE0 and 2 or first < 0xF0 and 3 or 4
    if #rest < size then
      if not is_over then return nil end
      size = 1
    end
    return size, 1, size
  end,
}

--- stream:scanner(split = 'lines'): lines, words, bytes or runes → Scanner | nil, err
function methods:scanner(split)
  local number, err = open(self, 'scanner')
  if not number then return nil, err end
  split = split or 'lines'
  if not splits[split] then return fail(INVALID, 'invalid split type: ' .. tostring(split)) end
  return setmetatable({ self, splits[split], '', '', nil, false }, Scanner)
end

--- scanner:scan() → whether there is one more token | false, err
function scanning:scan()
  argument.object(self, SCANNER, 'scan')
  self[4] = ''
  while true do
    local rest = self[3]
    local pass, from, to = self[2](rest, self[6])
    if pass then self[3] = sub(rest, pass + 1) end
    if from then
      self[4] = sub(rest, from, to)
      return true
    end
    if self[6] then return false end
    if #self[3] > LONGEST_TOKEN then
      local _, err = fail(INTERNAL, 'token too long')
      self[5], self[6], self[3] = tostring(err), true, ''
      return false, err
    end
    local more, err = self[1]:read(PIECE)
    if err then
      self[5] = tostring(err)
      return false, err
    end
    if more then self[3] = self[3] .. more else self[6] = true end
  end
end

--- scanner:text() → the last token
function scanning:text() return argument.object(self, SCANNER, 'text')[4] end

--- scanner:err() → why it ended before the end, as text | nil
function scanning:err() return argument.object(self, SCANNER, 'err')[5] end

return stream
