-- The answer to a call that nobody waits for yet: future(op, target, ...) asks the host and gives a Future.

local host = ...
local runtime = host.require_runtime
local setmetatable = setmetatable

-- Future: one answer, kept.
local Future = {}
local future_meta = host.userdata{ __index = Future, __name = "future", __metatable = "future" }

local function settle(future, ok, value)
  host.forget(future.tag)
  if future.state then return end
  if ok then
    future.state = "done"
    future.payload = runtime("payload").wrap(value)
    future.answer:__offer(future.payload)
  else
    future.state = "failed"
    future.err = value
    future.answer:__offer(future.err)
  end
end

function Future:response() return self.answer end
Future.channel = Future.response
function Future:is_complete() return self.state ~= nil end
function Future:is_canceled() return self.state == "canceled" end
function Future:result()
  if self.state == "done" then return self.payload end
  if self.state then return nil, self.err end
  return nil, nil
end
function Future:error()
  if not self.err then return nil, false end
  local errors = runtime("errors")
  local wrapped = errors.wrap(self.err, "async call failed")
  wrapped[1] = errors.INTERNAL
  return wrapped, true
end
function Future:cancel()
  if not self.state then
    self.state = "canceled"
    self.err = runtime("errors").new{ kind = "Canceled", message = "call canceled" }
    host.forget(self.tag)
    host.cast("funcs.cancel", "", self.tag)
    self.answer:__offer(self.err)
  end
  return true
end

return function(op, target, ...)
  local future = setmetatable({ answer = runtime("channel").new(1) }, future_meta)
  future.tag = host.async(op, target, ...)
  host.on_reply(future.tag, function(ok, value) settle(future, ok, value) end)
  return future
end
