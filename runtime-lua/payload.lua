-- Payloads: a value with the name of its format. `data()` always gives a Lua value; `transcode` changes the format, not the meaning.
--
-- A Payload is {format, value, bytes, index}. A lazy one has no format yet: bytes is the msgpack array of a message, decoded on first use.
local host = ...
local errors = host.require_runtime('errors')
local fail, getmetatable, select, setmetatable, tostring, type = errors.fail, getmetatable, select, setmetatable, tostring, host.type

local LUA, ERROR, GOLANG = 'lua/any', 'golang/error', 'golang/any'
local JSON, YAML, MSGPACK = 'json/plain', 'yaml/plain', 'application/msgpack'
local STRING, BYTES = 'text/plain', 'application/octet-stream'

local payload = {
  format = {
    JSON = JSON, YAML = YAML, STRING = STRING, BYTES = BYTES, MSGPACK = MSGPACK, LUA = LUA, GOLANG = GOLANG, ERROR = ERROR,
  },
}

local function format_of(value)
  return getmetatable(value) == 'Error' and ERROR or LUA
end

local function resolve(self)
  if not self[1] then
    local value = select(self[4], host.decode(self[3]))
    self[1], self[2], self[3] = format_of(value), value, nil
  end
  return self[1], self[2]
end

local function same(value) return value end

-- From a format to Lua and back; each gives value or nil, err.
local decode = {
  [LUA] = same, [GOLANG] = same, [ERROR] = same, [STRING] = same, [BYTES] = same,
  [JSON] = function(text) return host.require_runtime('json').decode(text) end,
  [YAML] = function(text) return host.require_runtime('yaml').decode(text) end,
  [MSGPACK] = function(bytes) return (host.decode(bytes)) end,
}
local function as_text(value)
  local kind = type(value)
  if kind == 'string' then return value end
  if kind == 'number' or kind == 'boolean' or getmetatable(value) == 'Error' then return tostring(value) end
  return fail(errors.INTERNAL, 'cannot make text of a ' .. kind)
end
local encode = {
  [LUA] = same, [GOLANG] = same, [STRING] = as_text, [BYTES] = as_text,
  [ERROR] = function(value) return getmetatable(value) == 'Error' and value or errors.new(value) end,
  [JSON] = function(value) return host.require_runtime('json').encode(value) end,
  [YAML] = function(value) return host.require_runtime('yaml').encode(value) end,
  [MSGPACK] = function(value) return host.encode(value) end,
}

local methods = {}
local Payload = {
  __name = 'Payload',
  __metatable = 'Payload',
  __index = methods,
  __tostring = function(self) return 'payload{format=' .. resolve(self) .. '}' end,
}
host.userdata(Payload)
Payload[2] = 'payload' -- crosses process borders as its value
payload.metatable = Payload

function methods:get_format()
  return (resolve(self))
end

function methods:data()
  local format, value = resolve(self)
  local data, err = decode[format](value)
  if err then return nil, errors.wrap(err, 'transcode failed') end
  return data
end
methods.unmarshal = methods.data

function methods:transcode(format)
  local encoder = encode[format]
  if not encoder then return fail(errors.INTERNAL, 'no way from ' .. resolve(self) .. ' to ' .. tostring(format), 'transcode failed') end
  local data, err = self:data()
  if err == nil then data, err = encoder(data) end
  if err then return nil, errors.wrap(err, 'transcode failed') end
  return setmetatable({ format, data }, Payload)
end

--- payload.new(value) → Payload of format LUA, or ERROR for an Error.
function payload.new(value)
  return setmetatable({ format_of(value), value }, Payload)
end
payload.wrap = payload.new

--- The index-th value of a msgpack array as a Payload; decoded when it is first looked at.
function payload.lazy(bytes, index)
  return setmetatable({ nil, nil, bytes, index }, Payload)
end

return payload
