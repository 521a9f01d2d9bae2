-- Stores of keys and values by the ids of their entries.
--
-- A Store is {id}; released, it has no id.
local host = ...
local argument = host.require_runtime('argument')
local errors = host.require_runtime('errors')
local ask, fail, INVALID = host.ask, errors.fail, errors.INVALID
local setmetatable, tointeger, type = setmetatable, math.tointeger, host.type

local store = {
  backend = { KV_RAFT = 'kv.raft', KV_CRDT = 'kv.crdt', MEMORY = 'memory', SQL = 'sql', LMDB = 'lmdb', REDIS = 'redis', UNKNOWN = 'unknown' },
  consistency = { LINEARIZABLE = 'linearizable', EVENTUAL = 'eventual', LOCAL = 'local', UNKNOWN = 'unknown' },
}

local STORE = 'store.Store'
local methods = {}
local Store = host.userdata{
  __name = STORE,
  __metatable = STORE,
  __index = methods,
  __tostring = function(self) return self[1] and 'store.Store{}' or 'store.Store{released}' end,
}

--- store.get(id, or an entry as registry.get gives it) → Store | nil, err
function store.get(id)
  id = argument.string(type(id) == 'table' and id.id or id, 1, 'get')
  if id == '' then return fail(INVALID, 'resource id is required') end
  local ok, err = ask('store.get', id)
  if not ok then return nil, err end
  return setmetatable({ id }, Store)
end

-- The id of a store and a key that may be asked for, or nil, err.
local function place(self, key, method)
  local id = argument.object(self, STORE, method)[1]
  if not id then return fail(INVALID, 'store is released') end
  key = argument.string(key, 1, method)
  if key == '' then return fail(INVALID, 'key is required') end
  return id, key
end

local function entry(key, version, value)
  if key == nil then return nil, version end
  return { key = key, version = version, value = value }
end

--- store:get(key) → value | nil, err
function methods:get(key)
  local id, known = place(self, key, 'get')
  if not id then return nil, known end
  return ask('store.key.get', id, known)
end

--- store:entry(key) → { key, value, version } | nil, err
function methods:entry(key)
  local id, known = place(self, key, 'entry')
  if not id then return nil, known end
  return entry(ask('store.key.entry', id, known))
end

--- store:set(key, value, ttl in seconds?) → true | nil, err
function methods:set(key, value, ttl)
  local id, known = place(self, key, 'set')
  if not id then return nil, known end
  if value == nil then return fail(INVALID, 'value is required') end
  if ttl ~= nil and type(ttl) ~= 'number' then return fail(INVALID, 'ttl must be a number of seconds') end
  return ask('store.key.set', id, known, ttl or 0, value)
end

--- store:put(key, value, { ttl =, only_if_absent =, if_version = }) → { key, value, version } | nil, err
function methods:put(key, value, options)
  local id, known = place(self, key, 'put')
  if not id then return nil, known end
  if value == nil then return fail(INVALID, 'value is required') end
  if options == nil then options = {} end
  if type(options) ~= 'table' then return fail(INVALID, 'options must be a table') end
  local ttl, absent, version = options.ttl, options.only_if_absent, options.if_version
  if ttl ~= nil and (type(ttl) ~= 'number' or ttl < 0) then return fail(INVALID, 'ttl must be a non-negative number') end
  if absent ~= nil and type(absent) ~= 'boolean' then return fail(INVALID, 'only_if_absent must be a boolean') end
  if type(version) == 'number' then version = tointeger(version) or -1 end
  return entry(ask('store.key.put', id, known, ttl or 0, absent or false, version == nil and false or version, value))
end

--- store:has(key) → boolean | nil, err
function methods:has(key)
  local id, known = place(self, key, 'has')
  if not id then return nil, known end
  return ask('store.key.has', id, known)
end

--- store:delete(key) → whether it was there | nil, err
function methods:delete(key)
  local id, known = place(self, key, 'delete')
  if not id then return nil, known end
  return ask('store.key.delete', id, known)
end

--- store:list{ prefix =, after =, limit = } → { items, cursor, has_more } | nil, err
function methods:list(options)
  local id = argument.object(self, STORE, 'list')[1]
  if not id then return fail(INVALID, 'store is released') end
  if options == nil then options = {} end
  if type(options) ~= 'table' then return fail(INVALID, 'options must be a table') end
  local prefix, after, limit = options.prefix, options.after, options.limit
  if prefix ~= nil and type(prefix) ~= 'string' then return fail(INVALID, 'prefix must be a string') end
  if after ~= nil and type(after) ~= 'string' then return fail(INVALID, 'after must be a string') end
  if limit ~= nil and (type(limit) ~= 'number' or not tointeger(limit) or limit < 0) then
    return fail(INVALID, 'limit must be a non-negative integer')
  end
  local flat, err = ask('store.key.list', id, prefix or '', after or '', limit or 0)
  if not flat then return nil, err end
  local items = {}
  for at = 2, #flat, 3 do items[#items + 1] = entry(flat[at], flat[at + 1], flat[at + 2]) end
  local has_more = flat[1]
  return { items = items, has_more = has_more, cursor = has_more and items[#items].key or '' }
end

--- store:info() → { id, backend, consistency, durable, list, versioned, conditional_put, ttl } | nil, err
function methods:info()
  local id = argument.object(self, STORE, 'info')[1]
  if not id then return fail(INVALID, 'store is released') end
  return ask('store.info', id)
end

--- store:release() → true
function methods:release()
  argument.object(self, STORE, 'release')[1] = nil
  return true
end

return store
