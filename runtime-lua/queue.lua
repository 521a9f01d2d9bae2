-- Queues by the ids of their entries, and the message that a consumer's function works on.
--
-- A Message is {id, headers, attempt}.
local host = ...
local argument = host.require_runtime('argument')
local errors = host.require_runtime('errors')
local ask, fail, INVALID = host.ask, errors.fail, errors.INVALID
local next, setmetatable, type = next, setmetatable, host.type

local queue = {}

local MESSAGE = 'queue.Message'
local methods = {}
local Message = host.userdata{ __name = MESSAGE, __metatable = MESSAGE, __index = methods }

--- queue.publish(id, data, headers?) → true | nil, err
function queue.publish(id, data, headers)
  id = argument.string(id, 1, 'publish')
  if id == '' then return fail(INVALID, 'queue ID is required') end
  if data == nil or type(data) == 'table' and next(data) == nil then return fail(INVALID, 'data is required') end
  return ask('queue.publish', id, headers or false, data)
end

--- queue.message() → Message | nil, err
function queue.message()
  local id, headers, attempt = ask('queue.message', '')
  if not id then return nil, headers end
  return setmetatable({ id, headers, attempt }, Message)
end

--- queue.info(id) → { message_count, consumer_count, ready } | nil, err
function queue.info(id)
  id = argument.string(id, 1, 'info')
  if id == '' then return fail(INVALID, 'queue ID is required') end
  return ask('queue.info', id)
end

function methods:id() return argument.object(self, MESSAGE, 'id')[1] end

function methods:header(name) return argument.object(self, MESSAGE, 'header')[2][argument.string(name, 1, 'header')] end

function methods:headers()
  local copy = {}
  for name, value in next, argument.object(self, MESSAGE, 'headers')[2] do copy[name] = value end
  return copy
end

--- message:attempt() → 1 when it is tried for the first time
function methods:attempt() return argument.object(self, MESSAGE, 'attempt')[3] end

--- message:ack() → true | nil, err; once
function methods:ack()
  argument.object(self, MESSAGE, 'ack')
  return ask('queue.ack', '')
end

--- message:nack() → true | nil, err; once
function methods:nack()
  argument.object(self, MESSAGE, 'nack')
  return ask('queue.nack', '')
end

return queue
