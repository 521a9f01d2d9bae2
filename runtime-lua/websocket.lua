-- WebSockets to others. What comes is asked for, message by message, by a coroutine that puts it into a channel.
--
-- A Client is {number, capacity, channel}.
local host = ...
local argument = host.require_runtime('argument')
local channel = host.require_runtime('channel')
local ask, setmetatable, tointeger = host.ask, setmetatable, math.tointeger

local CLIENT = 'websocket.Client'
local methods = {}
local Client = host.userdata{ __name = CLIENT, __metatable = CLIENT, __index = methods }

local websocket = {
  TYPE_TEXT = 'text', TYPE_BINARY = 'binary', TYPE_PING = 'ping', TYPE_PONG = 'pong', TYPE_CLOSE = 'close',
  TEXT = 1, BINARY = 2,
  COMPRESSION = { DISABLED = 0, CONTEXT_TAKEOVER = 1, NO_CONTEXT = 2 },
  CLOSE_CODES = {
    NORMAL = 1000, GOING_AWAY = 1001, PROTOCOL_ERROR = 1002, UNSUPPORTED_DATA = 1003, RESERVED = 1004, NO_STATUS = 1005,
    ABNORMAL_CLOSURE = 1006, INVALID_PAYLOAD = 1007, POLICY_VIOLATION = 1008, MESSAGE_TOO_BIG = 1009, MANDATORY_EXTENSION = 1010,
    INTERNAL_ERROR = 1011, SERVICE_RESTART = 1012, TRY_AGAIN_LATER = 1013, BAD_GATEWAY = 1014, TLS_HANDSHAKE = 1015,
  },
}

local PASSED = {
  'headers', 'protocols', 'dial_timeout', 'read_timeout', 'write_timeout', 'compression', 'compression_threshold', 'read_limit', 'channel_capacity',
}

--- websocket.connect(url, { headers, protocols, dial_timeout, read_timeout, write_timeout, compression, compression_threshold, read_limit, channel_capacity = 32 }?) → Client | nil, err
function websocket.connect(url, options)
  url = argument.string(url, 1, 'connect')
  options = options == nil and {} or argument.table(options, 2, 'connect')
  local passed = {}
  for i = 1, #PASSED do passed[PASSED[i]] = options[PASSED[i]] end
  local number, err = ask('websocket.connect', url, passed)
  if not number then return nil, err end
  return setmetatable({ number, tointeger(options.channel_capacity) or 32 }, Client)
end

--- client:send(data, websocket.TEXT | websocket.BINARY?) → true | nil, err
function methods:send(data, kind)
  local number = argument.object(self, CLIENT, 'send')[1]
  return ask('websocket.send', '', number, argument.string(data, 1, 'send'), kind == websocket.BINARY)
end

--- client:ping() → true | nil, err
function methods:ping() return ask('websocket.ping', '', argument.object(self, CLIENT, 'ping')[1]) end

--- client:channel() → channel of { type = 'text' | 'binary', data = … }, closed with the connection
function methods:channel()
  local client = argument.object(self, CLIENT, 'channel')
  if client[3] then return client[3] end
  local output = channel.new(client[2])
  client[3] = output
  host.spawn(function()
    while true do
      local kind, data = ask('websocket.next', '', client[1])
      if not kind then break end
      output:send{ type = kind, data = data }
    end
    output:close()
  end)
  return output
end
methods.receive = methods.channel

--- client:close(code = 1000, reason = '') → true | nil, err
function methods:close(code, reason)
  local number = argument.object(self, CLIENT, 'close')[1]
  return ask('websocket.close', '', number, code == nil and 1000 or argument.integer(code, 1, 'close'), reason or '')
end

return websocket
