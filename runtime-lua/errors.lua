-- Errors as values: what happened, of which kind, whether to try again, what is known about it.
--
-- An Error is a table {kind, message, retryable, details, contexts, stack}: contexts (innermost first) and stack may be nil. The codec
-- reads and writes these positions and sets `errors.metatable`; nothing else builds Errors. No two Errors are equal.
local host = ...
local concat, ipairs, next, string, tointeger, tostring, type = table.concat, ipairs, next, string, math.tointeger, tostring, host.type
local pcall, error, getmetatable, setmetatable = pcall, error, getmetatable, setmetatable
local find, gmatch, match, sub = string.find, string.gmatch, string.match, string.sub

local FRAMES = 8 -- positions kept in a stack

local errors = {
  NOT_FOUND = 'NotFound',
  ALREADY_EXISTS = 'AlreadyExists',
  INVALID = 'Invalid',
  PERMISSION_DENIED = 'PermissionDenied',
  UNAVAILABLE = 'Unavailable',
  INTERNAL = 'Internal',
  CANCELED = 'Canceled',
  CONFLICT = 'Conflict',
  TIMEOUT = 'Timeout',
  RATE_LIMITED = 'RateLimited',
  UNKNOWN = '',
}

local function text(err)
  local contexts = err[5]
  if not contexts then return err[2] end
  local parts, n = {}, #contexts
  for i = n, 1, -1 do parts[n - i + 1] = contexts[i] end
  parts[n + 1] = err[2]
  return concat(parts, ': ')
end

-- Where the caller of the caller stands, and who called it, up to the first C function; the runtime's own functions have no positions and
-- are passed over. Without a debug library the only witness is the position that `error` puts before a message.
local function capture()
  local lines, n = { 'stack traceback:' }, 1
  for level = 4, FRAMES + 3 do
    local _, where = pcall(error, '', level)
    if where ~= '' then
      n = n + 1
      lines[n] = sub(where, 1, -3)
    elseif n > 1 then
      break
    end
  end
  return concat(lines, '\n\t')
end

local methods = {
  kind = function(self) return self[1] end,
  message = function(self) return self[2] end,
  retryable = function(self) return self[3] end,
  details = function(self) return self[4] end,
  stack = function(self) return self[6] or '' end,
}

-- err:find(...), err:upper() and the like work on the text.
setmetatable(methods, {
  __index = function(_, name)
    local f = string[name]
    local method = f and function(self, ...) return f(text(self), ...) end
    methods[name] = method
    return method
  end,
})

local Error = {
  __name = 'Error',
  __metatable = 'Error',
  __index = methods,
  __tostring = text,
  __concat = function(a, b)
    if getmetatable(a) == 'Error' then a = text(a) end
    if getmetatable(b) == 'Error' then b = text(b) end
    return a .. b
  end,
}
host.userdata(Error)
errors.metatable = Error

--- errors.new(message) or errors.new{ message=, kind=, retryable=, details= } → Error
function errors.new(spec)
  local kind, message, retryable, details = '', spec, nil, nil
  if type(spec) == 'table' then
    kind, message, retryable, details = spec.kind or '', spec.message or '', spec.retryable, spec.details
    if type(details) ~= 'table' or next(details) == nil then details = nil end
  end
  return setmetatable({ tostring(kind), tostring(message), retryable, details, nil, capture() }, Error)
end

--- For the runtime's own modules: `return fail(kind, message, context?)` gives nil and an Error that is not worth a retry.
function errors.fail(kind, message, context)
  return nil, setmetatable({ kind, message, false, nil, context and { context }, capture() }, Error)
end

--- errors.wrap(err, context) → Error that says "context: …" and is otherwise as the inner one.
function errors.wrap(err, context)
  if err == nil then return nil end
  if getmetatable(err) ~= 'Error' then
    return setmetatable({ '', tostring(err), nil, nil, { tostring(context) }, capture() }, Error)
  end
  local contexts = {}
  for i, inner in ipairs(err[5] or contexts) do contexts[i] = inner end
  contexts[#contexts + 1] = tostring(context)
  return setmetatable({ err[1], err[2], err[3], err[4], contexts, err[6] }, Error)
end

--- errors.is_error(value) → boolean
function errors.is_error(value)
  return getmetatable(value) == 'Error'
end

--- errors.is(err, kind) → boolean; false for whatever is not an Error.
function errors.is(err, kind)
  return getmetatable(err) == 'Error' and err[1] == kind
end

--- errors.call_stack(err) → { thread, frames = { { source, line, name } … } }, or nil when no stack is known.
function errors.call_stack(err)
  local stack = getmetatable(err) == 'Error' and err[6]
  if not stack then return nil end
  local frames = {}
  for entry in gmatch(stack, '\n\t([^\n]+)') do
    local source, line, rest = match(entry, '^(.-):(%d+)(.*)')
    if source then
      frames[#frames + 1] = { source = source, line = tointeger(line), name = match(rest, "'([^']+)'") or '?' }
    end
  end
  return { thread = host.pid(), frames = frames }
end

--- Gives a copy of the string library whose functions take an Error where they want a string. `s:find(...)` on strings stays as fast as it
--- is, because the metatable of strings keeps the library that was passed in.
function errors.install(lib)
  local out = {}
  for name, f in next, lib do out[name] = f end
  for name in gmatch('byte len sub', '%a+') do out[name] = host.textual(lib[name]) end
  return out
end

return errors
