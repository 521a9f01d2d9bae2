-- Requests to others. A response is a table; its stream, when one was asked for, is a Stream.
local host = ...
local argument = host.require_runtime('argument')
local errors = host.require_runtime('errors')
local stream = host.require_runtime('stream')
local ask, fail, INVALID = host.ask, errors.fail, errors.INVALID
local byte, char, find, format, gsub, tonumber, upper = string.byte, string.char, string.find, string.format, string.gsub, tonumber, string.upper
local concat, error, getmetatable, ipairs, next, sort, tostring, type =
  table.concat, error, getmetatable, ipairs, next, table.sort, tostring, host.type

local http_client = {}

--- http_client.encode_uri(s) → s as part of a query; a space is "+"
function http_client.encode_uri(s)
  s = argument.string(s, 1, 'encode_uri')
  return (gsub(gsub(s, '[^%w%-_.~ ]', function(c) return format('%%%02X', byte(c)) end), ' ', '+'))
end

--- http_client.decode_uri(s) → what was encoded | nil, err
function http_client.decode_uri(s)
  s = argument.string(s, 1, 'decode_uri')
  if find(gsub(s, '%%%x%x', ''), '%', 1, true) then return fail(INVALID, 'invalid URL escape') end
  return (gsub(gsub(s, '%+', ' '), '%%(%x%x)', function(code) return char(tonumber(code, 16)) end))
end

local encode = http_client.encode_uri

-- The address with what `query` adds to it.
local function addressed(url, query)
  if type(query) ~= 'table' or next(query) == nil then return url end
  local names, parts = {}, {}
  for name in next, query do names[#names + 1] = tostring(name) end
  sort(names)
  for i, name in ipairs(names) do parts[i] = encode(name) .. '=' .. encode(tostring(query[name])) end
  local before, fragment = url:match('^([^#]*)(#?.*)$')
  return before .. (find(before, '?', 1, true) and '&' or '?') .. concat(parts, '&') .. fragment
end

-- Everything of a file that is a stream.
local function whole(reader)
  local parts = {}
  while true do
    local part, err = reader:read()
    if err then return nil, err end
    if not part then return concat(parts) end
    parts[#parts + 1] = part
  end
end

local PASSED = {
  'headers', 'body', 'form', 'cookies', 'auth', 'timeout', 'stream', 'max_response_body', 'unix_socket', 'tls', 'overlay_network',
}

-- What of the options crosses to the host, or nil, err.
local function options_of(options)
  local passed = {}
  for _, name in ipairs(PASSED) do passed[name] = options[name] end
  if type(passed.timeout) == 'userdata' then passed.timeout = tostring(passed.timeout) end
  if type(options.files) ~= 'table' then return passed end
  local files = {}
  for i, file in ipairs(options.files) do
    local content, err = file.content, nil
    if content == nil and file.reader then content, err = whole(file.reader) end
    if err then return nil, err end
    files[i] = { name = file.name, filename = file.filename, content = content, content_type = file.content_type }
  end
  passed.files = files
  return passed
end

-- Method, address and options as the host wants them, or nil, err.
local function prepare(method, url, options)
  if options == nil then return method, url, {} end
  local passed, err = options_of(options)
  if not passed then return nil, err end
  return method, addressed(url, options.query), passed
end

local function response(raw)
  if raw.stream then raw.stream = host.stream(raw.stream) end
  return raw
end

local function send(method, url, options, where)
  if url == '' then error("bad argument to '" .. where .. "' (URL required)", 3) end
  if options ~= nil then argument.table(options, 2, where) end
  local verb, address, passed = prepare(method, url, options)
  if not verb then return nil, address end
  local raw, err = ask('http_client.request', address, verb, passed)
  if not raw then return nil, err end
  return response(raw)
end

for name, method in next, { get = 'GET', post = 'POST', put = 'PUT', patch = 'PATCH', delete = 'DELETE', head = 'HEAD' } do
  --- http_client.get(url, options?) → response | nil, err; likewise post, put, patch, delete, head
  http_client[name] = function(url, options) return send(method, argument.string(url, 1, name), options, name) end
end

--- http_client.request(method, url, options?) → response | nil, err
function http_client.request(method, url, options)
  method = upper(argument.string(method, 1, 'request'))
  return send(method, argument.string(url, 2, 'request'), options, 'request')
end

--- http_client.request_batch{ { method, url, options? } … } → responses, errors or nil; both by the place in the list | nil, err
function http_client.request_batch(requests)
  argument.table(requests, 1, 'request_batch')
  if #requests == 0 then error("bad argument #1 to 'request_batch' (requests table cannot be empty)", 2) end
  local list = {}
  for i, one in ipairs(requests) do
    if type(one) ~= 'table' then return fail(INVALID, 'each request must be a table') end
    if type(one[1]) ~= 'string' then return fail(INVALID, 'method must be a string') end
    if type(one[2]) ~= 'string' then return fail(INVALID, 'URL must be a string') end
    local method, url, options = prepare(upper(one[1]), one[2], one[3])
    if not method then return nil, url end
    list[i] = { method, url, options }
  end
  local settled, err = ask('http_client.batch', '', list)
  if not settled then return nil, err end
  local responses, failures = {}, nil
  for i, one in ipairs(settled) do
    if errors.is_error(one) then
      failures = failures or {}
      failures[i] = one
    else
      responses[i] = response(one)
    end
  end
  return responses, failures
end

return http_client
