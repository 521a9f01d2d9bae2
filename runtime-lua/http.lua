-- The request that a handler answers, and its answer. Methods of a response return nothing, or an Error.
--
-- A Request is {what is known of it, most, milliseconds, body, query}; a Response is {has begun, is for events, has a type};
-- a MultipartFile is {name, size, headers, stream}.
local host = ...
local argument = host.require_runtime('argument')
local errors = host.require_runtime('errors')
local json = host.require_runtime('json')
local stream = host.require_runtime('stream')
local ask, fail, INVALID = host.ask, errors.fail, errors.INVALID
local error, getmetatable, ipairs, next, setmetatable, tointeger, tostring, type =
  error, getmetatable, ipairs, next, setmetatable, math.tointeger, tostring, host.type
local find, gmatch, lower, match, sub, upper = string.find, string.gmatch, string.lower, string.match, string.sub, string.upper

local http = {
  METHOD = { GET = 'GET', POST = 'POST', PUT = 'PUT', DELETE = 'DELETE', PATCH = 'PATCH', HEAD = 'HEAD', OPTIONS = 'OPTIONS', TRACE = 'TRACE' },
  STATUS = {
    OK = 200, CREATED = 201, ACCEPTED = 202, NO_CONTENT = 204, PARTIAL_CONTENT = 206,
    MOVED_PERMANENTLY = 301, FOUND = 302, SEE_OTHER = 303, NOT_MODIFIED = 304, TEMPORARY_REDIRECT = 307, PERMANENT_REDIRECT = 308,
    BAD_REQUEST = 400, UNAUTHORIZED = 401, PAYMENT_REQUIRED = 402, FORBIDDEN = 403, NOT_FOUND = 404, METHOD_NOT_ALLOWED = 405,
    NOT_ACCEPTABLE = 406, REQUEST_TIMEOUT = 408, CONFLICT = 409, GONE = 410, PAYLOAD_TOO_LARGE = 413, UNSUPPORTED_MEDIA_TYPE = 415,
    UNPROCESSABLE = 422, UNPROCESSABLE_ENTITY = 422, TOO_MANY_REQUESTS = 429,
    INTERNAL_ERROR = 500, INTERNAL_SERVER_ERROR = 500, NOT_IMPLEMENTED = 501, BAD_GATEWAY = 502, SERVICE_UNAVAILABLE = 503,
    GATEWAY_TIMEOUT = 504, VERSION_NOT_SUPPORTED = 505,
  },
  CONTENT = {
    JSON = 'application/json',
    FORM = 'application/x-www-form-urlencoded',
    MULTIPART = 'multipart/form-data',
    TEXT = 'text/plain',
    STREAM = 'application/octet-stream',
  },
  TRANSFER = { CHUNKED = 'chunked', SSE = 'sse' },
  ERROR = { PARSE_FAILED = 'PARSE_FAILED', INVALID_STATE = 'INVALID_STATE', WRITE_FAILED = 'WRITE_FAILED', STREAM_ERROR = 'STREAM_ERROR' },
}

local REQUEST, RESPONSE, FILE = 'http.Request', 'http.Response', 'http.MultipartFile'
local asking, answering, reading = {}, {}, {}
local Request = host.userdata{
  __name = REQUEST,
  __metatable = REQUEST,
  __index = asking,
  __tostring = function(self) return 'http.Request{method=' .. self[1].method .. ', path=' .. self[1].path .. '}' end,
}
local Response = host.userdata{
  __name = RESPONSE,
  __metatable = RESPONSE,
  __index = answering,
  __tostring = function() return 'http.Response{}' end,
}
local File = host.userdata{
  __name = FILE,
  __metatable = FILE,
  __index = reading,
  __tostring = function(self) return 'http.MultipartFile{name=' .. self[1] .. ', size=' .. self[2] .. '}' end,
}

-- A copy, so that nobody changes what is known.
local function copy(list)
  local made = {}
  for key, value in next, list do made[key] = value end
  return made
end

--- http.request{ timeout = ms, max_body = bytes }? → Request | nil, err
function http.request(options)
  if options ~= nil then argument.table(options, 1, 'request') end
  local known, err = ask('http.request', '')
  if not known then return nil, err end
  local most, ms = options and options.max_body, options and options.timeout
  return setmetatable({ known, tointeger(most) or 0, tointeger(ms) or 0 }, Request)
end

local function of(self, method) return argument.object(self, REQUEST, method)[1] end

function asking:method() return of(self, 'method').method end
function asking:path() return of(self, 'path').path end
function asking:host() return of(self, 'host').headers.host or '' end
function asking:remote_addr() return of(self, 'remote_addr').remote end
function asking:content_type() return of(self, 'content_type').headers['content-type'] end
function asking:content_length() return of(self, 'content_length').length end
function asking:has_body() return of(self, 'has_body').length ~= 0 end

--- req:header(name) → values, joined by ", " | nil
function asking:header(name) return of(self, 'header').headers[lower(argument.string(name, 1, 'header'))] end

--- req:param(name) → what stands in the path there | nil
function asking:param(name) return of(self, 'param').params[argument.string(name, 1, 'param')] end
function asking:params() return copy(of(self, 'params').params) end

-- Lists of values by name.
local function query(self, method)
  local pairs_of = of(self, method).query
  local made = self[5]
  if made then return made end
  made = {}
  for at = 1, #pairs_of, 2 do
    local list = made[pairs_of[at]]
    if list then list[#list + 1] = pairs_of[at + 1] else made[pairs_of[at]] = { pairs_of[at + 1] } end
  end
  self[5] = made
  return made
end

--- req:query(name) → the first value | nil
function asking:query(name)
  local list = query(self, 'query')[argument.string(name, 1, 'query')]
  return list and list[1]
end

--- req:query_params() → values by name; several of one name are joined by ","
function asking:query_params()
  local made = {}
  for name, list in next, query(self, 'query_params') do made[name] = table.concat(list, ',') end
  return made
end

--- req:is_content_type(type) → whether the body is of it
function asking:is_content_type(expected)
  local actual = of(self, 'is_content_type').headers['content-type'] or ''
  expected = argument.string(expected, 1, 'is_content_type')
  return sub(lower(actual), 1, #expected) == lower(expected)
end

--- req:accepts(type) → whether the client takes it
function asking:accepts(wanted)
  local accept = of(self, 'accepts').headers.accept
  wanted = lower(argument.string(wanted, 1, 'accepts'))
  if not accept then return false end
  local family = match(wanted, '^[^/]*') .. '/*'
  for range in gmatch(lower(accept), '[^,]+') do
    local kind = match(range, '^%s*([^;%s]+)')
    if (kind == wanted or kind == '*/*' or kind == family) and not find(range, ';%s*q=0%.?0*%s*$') then return true end
  end
  return false
end

--- req:body() → all of it | nil, err; again: the same
function asking:body()
  argument.object(self, REQUEST, 'body')
  local known = self[4]
  if known then return known end
  local body, err = ask('http.body', '', self[2], self[3])
  if not body then return nil, err end
  self[4] = body
  return body
end

--- req:body_json() → value | nil, err
function asking:body_json()
  local body, err = self:body()
  if not body then return nil, err end
  local value, wrong = json.decode(body)
  if wrong then return fail(INVALID, tostring(wrong), 'invalid JSON') end
  return value
end

--- req:stream() → Stream of the body | nil, err
function asking:stream()
  argument.object(self, REQUEST, 'stream')
  local number, err = ask('http.stream', '')
  if not number then return nil, err end
  return host.stream(number)
end

--- req:parse_multipart(most bytes = 32 MiB) → { values = { field = text or list }, files = { field = list of MultipartFile } } | nil, err
function asking:parse_multipart(most)
  argument.object(self, REQUEST, 'parse_multipart')
  local pairs_of, opened = ask('http.multipart', '', tointeger(most) or 0)
  if not pairs_of then return nil, opened end
  local values, files = {}, {}
  for _, pair in ipairs(pairs_of) do
    local field, known = pair[1], values[pair[1]]
    if known == nil then values[field] = pair[2]
    elseif type(known) == 'table' then known[#known + 1] = pair[2]
    else values[field] = { known, pair[2] } end
  end
  for _, one in ipairs(opened) do
    local list = files[one.field] or {}
    files[one.field] = list
    local headers = {
      ['content-type'] = one.type ~= '' and one.type or nil,
      ['content-disposition'] = 'form-data; name="' .. one.field .. '"; filename="' .. one.name .. '"',
    }
    list[#list + 1] = setmetatable({ one.name, one.size, headers, host.stream(one.stream) }, File)
  end
  return { values = values, files = files }
end

function reading:name() return argument.object(self, FILE, 'name')[1] end
function reading:size() return argument.object(self, FILE, 'size')[2] end
function reading:header(name) return argument.object(self, FILE, 'header')[3][lower(argument.string(name, 1, 'header'))] end
function reading:stream() return argument.object(self, FILE, 'stream')[4] end

---------------------------------------------------------------------------------------------------------------------------------- answers

--- http.response() → Response | nil, err
function http.response()
  local known, err = ask('http.request', '')
  if not known then return nil, err end
  return setmetatable({ false, false, false }, Response)
end

local function refused(message)
  local _, err = fail(INVALID, message)
  return err
end

-- An Error when the head is sent.
local function closed(self, method, what)
  if argument.object(self, RESPONSE, method)[1] then return refused('cannot set ' .. what .. ' after headers are sent') end
end

-- Tells the host at once: a handler may end without another word.
local function set(self, name, value)
  if not find(name, "^[%w!#$%%&'*+%-.^_`|~]+$") or #name > 256 then return refused('"' .. sub(name, 1, 100) .. '" is no name of a header') end
  if find(value, '[%z\1-\8\10-\31\127]') then return refused('the value of header "' .. name .. '" has characters that no header can have') end
  if lower(name) == 'content-type' then self[3] = true end
  host.cast('http.head', '', name, value)
end

-- Sends more of the body.
local function send(self, bytes, is_urgent)
  self[1] = true
  local ok, err = ask('http.write', '', bytes, is_urgent)
  if not ok then return err end
end

--- res:set_status(code) → nil | err
function answering:set_status(code)
  local err = closed(self, 'set_status', 'status')
  if err then return err end
  code = argument.integer(code, 1, 'set_status')
  if code < 200 or code > 599 then return refused(code .. ' is no status of an answer') end
  host.cast('http.head', '', code)
end

--- res:set_header(name, value) → nil | err; in place of what it was
function answering:set_header(name, value)
  local err = closed(self, 'set_header', 'headers')
  if err then return err end
  return set(self, argument.string(name, 1, 'set_header'), argument.string(value, 2, 'set_header'))
end

--- res:set_content_type(type) → nil | err
function answering:set_content_type(kind)
  local err = closed(self, 'set_content_type', 'content type')
  if err then return err end
  return set(self, 'Content-Type', argument.string(kind, 1, 'set_content_type'))
end

local function for_events(self)
  set(self, 'Content-Type', 'text/event-stream')
  set(self, 'Cache-Control', 'no-cache')
  self[2] = true
end

--- res:set_transfer('chunked' or 'sse') → nil | err
function answering:set_transfer(mode)
  local err = closed(self, 'set_transfer', 'transfer mode')
  if err then return err end
  mode = argument.string(mode, 1, 'set_transfer')
  if mode == 'sse' then return for_events(self) end
  if mode ~= 'chunked' then error("bad argument #1 to 'set_transfer' (invalid transfer type)", 2) end
  set(self, 'Cache-Control', 'no-cache')
end

--- res:write(data) → nil | err; waits while the client does not take what was written before
function answering:write(data)
  argument.object(self, RESPONSE, 'write')
  return send(self, argument.string(data, 1, 'write'), false)
end

--- res:write_json(value) → nil | err
function answering:write_json(value)
  argument.object(self, RESPONSE, 'write_json')
  local text, err = json.encode(value)
  if not text then return refused(tostring(err)) end
  if not self[1] and not self[3] then set(self, 'Content-Type', 'application/json') end
  return send(self, text, false)
end

--- res:write_event{ name =, data = } → nil | err; sent at once
function answering:write_event(event)
  argument.object(self, RESPONSE, 'write_event')
  argument.table(event, 1, 'write_event')
  if not self[2] then
    if self[1] then return refused('cannot switch to SSE mode after headers are sent') end
    for_events(self)
  end
  local name, data = event.name, event.data
  if type(name) ~= 'string' or name == '' then error("bad argument #1 to 'write_event' (missing event name)", 2) end
  if data == nil then error("bad argument #1 to 'write_event' (missing event data)", 2) end
  if find(name, '[\r\n%z]') then return refused('the name of an event is one line') end
  local text, err = json.encode(data)
  if not text then return refused(tostring(err)) end
  return send(self, 'event: ' .. name .. '\ndata: ' .. text .. '\n\n', true)
end

--- res:flush() → nil | err; what was written leaves now
function answering:flush()
  argument.object(self, RESPONSE, 'flush')
  return send(self, '', true)
end

return http
