-- Groups of processes: who has joined one hears what is broadcast to it. A Scope is {id}; released, it has no id.
local host = ...
local argument = host.require_runtime('argument')
local errors = host.require_runtime('errors')
host.require_runtime('events')
local ask, fail, listen, INVALID, setmetatable, type = host.ask, errors.fail, host.listen_events, errors.INVALID, setmetatable, host.type

local pg = {}

local INSTANCE = 'pg.Instance'
local methods = {}
local Instance = host.userdata{
  __name = INSTANCE,
  __metatable = INSTANCE,
  __index = methods,
  __tostring = function(self) return self[1] and 'pg.Instance{' .. self[1] .. '}' or 'pg.Instance{released}' end,
}

--- pg.open(id) → Instance | nil, err
function pg.open(id)
  id = argument.string(id, 1, 'open')
  if id == '' then return fail(INVALID, 'resource id is required') end
  local ok, err = ask('pg.open', id)
  if not ok then return nil, err end
  return setmetatable({ id }, Instance)
end

local function open(self, method)
  local id = argument.object(self, INSTANCE, method)[1]
  if id then return id end
  return fail(INVALID, 'pg instance is released')
end

-- The id of a scope and a group, or nil, err.
local function place(self, group, method)
  local id, err = open(self, method)
  if not id then return nil, err end
  group = argument.string(group, 1, method)
  if group == '' then return fail(INVALID, 'group name is required') end
  return id, group
end

-- A function of a group, or of a list of them.
local function changing(method)
  local op = 'pg.' .. method
  return function(self, groups)
    local id, err = open(self, method)
    if not id then return nil, err end
    if type(groups) ~= 'string' and type(groups) ~= 'table' then return fail(INVALID, 'group name (string) or groups table required') end
    if groups == '' then return fail(INVALID, 'group name is required') end
    if type(groups) == 'table' and #groups == 0 then return fail(INVALID, 'groups table must not be empty') end
    return ask(op, id, groups)
  end
end

local function reading(method)
  local op = 'pg.' .. method
  return function(self, group)
    local id, known = place(self, group, method)
    if not id then return nil, known end
    return ask(op, id, known)
  end
end

local function listing(method)
  local op = 'pg.' .. method
  return function(self)
    local id, err = open(self, method)
    if not id then return nil, err end
    return ask(op, id)
  end
end

local function sending(method)
  local op = 'pg.' .. method
  return function(self, group, topic, ...)
    local id, known = place(self, group, method)
    if not id then return nil, known end
    topic = argument.string(topic, 2, method)
    if topic == '' then return fail(INVALID, 'topic is required') end
    return ask(op, id, known, topic, ...)
  end
end

methods.join, methods.leave = changing('join'), changing('leave')
methods.get_members, methods.get_local_members = reading('get_members'), reading('get_local_members')
methods.which_groups, methods.which_local_groups = listing('which_groups'), listing('which_local_groups')
methods.broadcast, methods.broadcast_local = sending('broadcast'), sending('broadcast_local')

--- scope:monitor(group) → Subscription, its members now | nil, err
function methods:monitor(group)
  local id, known = place(self, group, 'monitor')
  if not id then return nil, known end
  return listen('pg.close', 'pg.monitor', id, known)
end

--- scope:events() → Subscription to all groups, { [group] = its members now } | nil, err
function methods:events()
  local id, err = open(self, 'events')
  if not id then return nil, err end
  return listen('pg.close', 'pg.events', id)
end

--- scope:release() → true; what was joined stays so
function methods:release()
  argument.object(self, INSTANCE, 'release')[1] = nil
  return true
end

return pg
