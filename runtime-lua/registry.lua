-- Entries of the running system, by version. A Snapshot, Version or History here is a number and a set of questions to the host.
--
-- Version { id }, Snapshot { version id }, Changes { version id, operations }, History {}.
local host = ...
local argument = host.require_runtime('argument')
local errors = host.require_runtime('errors')
local ask, fail, INVALID = host.ask, errors.fail, errors.INVALID
local getmetatable, ipairs, select, setmetatable, tostring, type = getmetatable, ipairs, select, setmetatable, tostring, type
local find, sub = string.find, string.sub

local registry = {}

local VERSION, SNAPSHOT, CHANGES, HISTORY = 'registry.Version', 'registry.Snapshot', 'registry.Changes', 'registry.History'
local Version, version = host.class(VERSION)
local Snapshot, snapshot = host.class(SNAPSHOT)
local Changes, changes = host.class(CHANGES)
local History, history = host.class(HISTORY)

Version.__tostring = function(self) return VERSION .. '{v' .. self[1] .. '}' end
Version.__eq = function(a, b) return a[1] == b[1] end
Snapshot.__tostring = function(self) return SNAPSHOT .. '{version=v' .. self[1] .. '}' end
Changes.__tostring = function(self) return CHANGES .. '{ops=' .. #self[2] .. '}' end
History.__tostring = function() return HISTORY .. '{}' end

local function is(value, name) return getmetatable(value) == name end

-- An answer of the host, which is a version number, as an object.
local function made(metatable, id, err)
  if err then return nil, err end
  return id and setmetatable({ id }, metatable)
end

-- "ns:name" from that text or from { ns =, name = }; nil for anything else.
local function id_of(value)
  if type(value) == 'table' and value.ns ~= nil and value.name ~= nil then value = tostring(value.ns) .. ':' .. tostring(value.name) end
  return type(value) == 'string' and value ~= '' and value or nil
end

function registry.parse_id(text)
  text = argument.string(text, 1, 'parse_id')
  local colon = find(text, ':', 1, true)
  return { ns = colon and sub(text, 1, colon - 1) or '', name = colon and sub(text, colon + 1) or text }
end

function registry.get(id)
  return ask('registry.get', argument.string(id, 1, 'get'))
end

function registry.find(filter)
  return ask('registry.find', '', argument.table(filter, 1, 'find'))
end

function registry.current_version()
  return made(Version, ask('registry.current', ''))
end

function registry.snapshot()
  return made(Snapshot, ask('registry.current', ''))
end

--- registry.snapshot_at(number) → Snapshot | nil, err; version 0 only through history()
function registry.snapshot_at(id)
  id = argument.integer(id, 1, 'snapshot_at')
  if id <= 0 then return fail(INVALID, 'a version number is greater than 0') end
  return made(Snapshot, ask('registry.version', '', id))
end

function registry.versions()
  local ids, err = ask('registry.versions', '')
  if err then return nil, err end
  local all = {}
  for i, id in ipairs(ids) do all[i] = setmetatable({ id }, Version) end
  return all
end

function registry.history()
  return setmetatable({}, History)
end

function registry.apply_version(target)
  if not is(target, VERSION) then return false, select(2, fail(INVALID, 'a version object was expected')) end
  local ok, err = ask('registry.apply_version', '', target[1])
  if err then return false, err end
  return ok
end

function registry.build_delta(from, to)
  if type(from) ~= 'table' or type(to) ~= 'table' then return fail(INVALID, 'two lists of entries were expected') end
  return ask('registry.delta', '', from, to)
end

function version:id()
  return argument.object(self, VERSION, 'id')[1]
end

function version:string()
  return 'v' .. argument.object(self, VERSION, 'string')[1]
end

function version:previous()
  return made(Version, ask('registry.version', '', argument.object(self, VERSION, 'previous')[1], -1))
end

function version:next()
  return made(Version, ask('registry.version', '', argument.object(self, VERSION, 'next')[1], 1))
end

function snapshot:version()
  return setmetatable({ argument.object(self, SNAPSHOT, 'version')[1] }, Version)
end

function snapshot:entries()
  return ask('registry.entries', '', argument.object(self, SNAPSHOT, 'entries')[1])
end

function snapshot:namespace(ns)
  argument.object(self, SNAPSHOT, 'namespace')
  return ask('registry.entries', '', self[1], argument.string(ns, 1, 'namespace'))
end

function snapshot:get(id)
  argument.object(self, SNAPSHOT, 'get')
  return ask('registry.get', argument.string(id, 1, 'get'), self[1])
end

function snapshot:find(filter)
  argument.object(self, SNAPSHOT, 'find')
  return ask('registry.find', '', argument.table(filter, 1, 'find'), self[1])
end

function snapshot:changes()
  return setmetatable({ argument.object(self, SNAPSHOT, 'changes')[1], {} }, Changes)
end

-- Adds an operation with a copy of the entry, which the caller may go on to change.
local function add(self, kind, entry)
  local id = id_of(entry.id)
  if not id then return fail(INVALID, 'an entry needs an id, for example "app:worker"') end
  if type(entry.kind) ~= 'string' then return fail(INVALID, 'entry "' .. id .. '" needs a kind, for example "registry.entry"') end
  local copy = host.decode(host.encode({ id = id, kind = entry.kind, meta = type(entry.meta) == 'table' and entry.meta or {}, data = entry.data }))
  self[2][#self[2] + 1] = { kind = kind, entry = copy }
  return self
end

function changes:create(entry)
  return add(argument.object(self, CHANGES, 'create'), 'entry.create', argument.table(entry, 1, 'create'))
end

function changes:update(entry)
  return add(argument.object(self, CHANGES, 'update'), 'entry.update', argument.table(entry, 1, 'update'))
end

function changes:delete(entry)
  argument.object(self, CHANGES, 'delete')
  local id = id_of(entry)
  if not id then return fail(INVALID, 'invalid id: "ns:name" or { ns =, name = } was expected') end
  self[2][#self[2] + 1] = { kind = 'entry.delete', entry = { id = id } }
  return self
end

--- changes:ops() → list of { kind, entry }, a copy
function changes:ops()
  return host.decode(host.encode(argument.object(self, CHANGES, 'ops')[2]))
end

--- changes:apply() → Version | nil, err; refused as a Conflict when one of its entries has changed since the snapshot
function changes:apply()
  argument.object(self, CHANGES, 'apply')
  local first = self[2][1]
  if not first then return fail(INVALID, 'no changes to apply') end
  return made(Version, ask('registry.apply', first.entry.id, self[2], self[1]))
end

function history:versions()
  argument.object(self, HISTORY, 'versions')
  return registry.versions()
end

function history:get_version(id)
  argument.object(self, HISTORY, 'get_version')
  id = argument.integer(id, 1, 'get_version')
  if id < 0 then return fail(INVALID, 'a version number is not negative') end
  return made(Version, ask('registry.version', '', id))
end

function history:snapshot_at(target)
  argument.object(self, HISTORY, 'snapshot_at')
  if not is(target, VERSION) then return fail(INVALID, 'a version object was expected') end
  return made(Snapshot, ask('registry.version', '', target[1]))
end

return registry
