-- UUIDs: made by the host (randomness and time are its business), read and written here.
local host = ...
local errors = host.require_runtime('errors')
local fail, INVALID = errors.fail, errors.INVALID
local ask, tonumber, type = host.ask, tonumber, type
local find, gsub, lower, match, sub = string.find, string.gsub, string.lower, string.match, string.sub

local HEX = ('%x'):rep(8) .. ('%-' .. ('%x'):rep(4)):rep(3) .. '%-' .. ('%x'):rep(12)
local SECONDS_1582_TO_1970 = 12219292800

local uuid = {}

-- The 36 lower-case characters of a UUID written as such, as 32 digits, in braces or as a URN; nil for anything else.
local function canonical(s)
  if type(s) ~= 'string' then return nil end
  local size = #s
  if size == 45 and lower(sub(s, 1, 9)) == 'urn:uuid:' then
    s = sub(s, 10)
  elseif size == 38 then
    s = match(s, '^{(.*)}$')
  elseif size == 32 then
    s = gsub(s, '^(%x%x%x%x%x%x%x%x)(%x%x%x%x)(%x%x%x%x)(%x%x%x%x)(%x+)$', '%1-%2-%3-%4-%5')
  end
  return s and #s == 36 and find(s, HEX) and lower(s) or nil
end

local function read(s)
  if type(s) ~= 'string' then return fail(INVALID, 'input must be a string') end
  local id = canonical(s)
  if not id then return fail(INVALID, 'invalid UUID format') end
  return id
end

local function version(id)
  return tonumber(sub(id, 15, 15), 16)
end

local function variant(id)
  local bits = tonumber(sub(id, 20, 20), 16)
  return bits < 8 and 'NCS' or bits < 12 and 'RFC4122' or bits < 14 and 'Microsoft' or 'Invalid'
end

--- uuid.v1() uuid.v4() uuid.v7() → string | nil, err
for name in string.gmatch('v1 v4 v7', '%w+') do
  uuid[name] = function() return ask('uuid.' .. name, '') end
end

--- uuid.v3(namespace, name) uuid.v5(namespace, name) → string | nil, err: the same for the same arguments.
for kind in string.gmatch('v3 v5', '%w+') do
  uuid[kind] = function(namespace, name)
    if type(namespace) ~= 'string' or type(name) ~= 'string' then return fail(INVALID, 'namespace and name must be strings') end
    local id = canonical(namespace)
    if not id then return fail(INVALID, 'invalid namespace UUID') end
    return ask('uuid.' .. kind, '', id, name)
  end
end

--- uuid.validate(x) → boolean
function uuid.validate(x)
  return canonical(x) ~= nil
end

--- uuid.version(s) → integer | nil, err
function uuid.version(s)
  local id, err = read(s)
  if not id then return nil, err end
  return version(id)
end

--- uuid.variant(s) → 'RFC4122' | 'Microsoft' | 'NCS' | 'Invalid' | nil, err
function uuid.variant(s)
  local id, err = read(s)
  if not id then return nil, err end
  return variant(id)
end

--- uuid.parse(s) → { version, variant, timestamp (seconds; v1, v7), node (v1) } | nil, err
function uuid.parse(s)
  local id, err = read(s)
  if not id then return nil, err end
  local info = { version = version(id), variant = variant(id) }
  if info.version == 1 then
    local ticks = tonumber(sub(id, 16, 18) .. sub(id, 10, 13) .. sub(id, 1, 8), 16) -- of 100 ns
    info.timestamp, info.node = ticks // 10000000 - SECONDS_1582_TO_1970, sub(id, 25)
  elseif info.version == 7 then
    info.timestamp = tonumber(sub(id, 1, 8) .. sub(id, 10, 13), 16) // 1000
  end
  return info
end

--- uuid.format(s, 'standard' | 'simple' | 'urn') → string | nil, err
function uuid.format(s, format)
  local id, err = read(s)
  if not id then return nil, err end
  if format == nil or format == 'standard' then return id end
  if format == 'simple' then return (gsub(id, '-', '')) end
  if format == 'urn' then return 'urn:uuid:' .. id end
  return fail(INVALID, 'unsupported format')
end

return uuid
