-- Actors, scopes, policies and tokens. What an object here says about itself is for reading; the host believes its seal only.
--
-- Actor { seal, id, meta }, Scope { seal, ids of policies }, Policy { id, seal of the scope it came from }, TokenStore { id }.
local host = ...
local argument = host.require_runtime('argument')
local errors = host.require_runtime('errors')
local ask, fail, INVALID, INTERNAL = host.ask, errors.fail, errors.INVALID, errors.INTERNAL
local error, getmetatable, ipairs, setmetatable, tostring, type = error, getmetatable, ipairs, setmetatable, tostring, host.type

local security = {}

local ACTOR, SCOPE, POLICY, STORE = 'security.Actor', 'security.Scope', 'security.Policy', 'security.TokenStore'
local Actor, actor = host.class(ACTOR)
local Scope, scope = host.class(SCOPE)
local Policy, policy = host.class(POLICY)
local TokenStore, store = host.class(STORE)

local function is(value, name) return getmetatable(value) == name end

local function need(value, name, position, where)
  if is(value, name) then return value end
  error(('bad argument #%d to \'%s\' (%s expected)'):format(position, where, name), 3)
end

local function to_actor(answer) return setmetatable({ answer.seal, answer.id, answer.meta }, Actor) end
local function to_scope(answer) return setmetatable({ answer.seal, answer.policies }, Scope) end

local function meta_of(value, position, where)
  if value == nil then return nil end
  return argument.table(value, position, where)
end

--- The seal of an Actor or a Scope, for who hands it on; nil for anything else.
function security.seal(value, which)
  return is(value, which == 'actor' and ACTOR or SCOPE) and value[1] or nil
end

-- Who I am does not change while I run.
local asked, me, mine
local function self()
  if asked then return end
  local who, may = ask('security.self', '')
  asked, me, mine = true, who and to_actor(who), may and to_scope(may)
end

function security.actor()
  self()
  return me
end

function security.scope()
  self()
  return mine
end

--- security.can(action, resource, meta?) → whether the policies of this process allow it; false without an actor and a scope
function security.can(action, resource, meta)
  action, resource = argument.string(action, 1, 'can'), argument.string(resource, 2, 'can')
  return ask('security.can', action, resource, meta_of(meta, 3, 'can')) == true
end

--- security.new_actor(id, meta?) → Actor; raises when it is denied
function security.new_actor(id, meta)
  local answer, err = ask('security.actor.create', argument.string(id, 1, 'new_actor'), meta_of(meta, 2, 'new_actor'))
  if err then error(err, 2) end
  return to_actor(answer)
end

local function ids_of(policies, where)
  local ids = {}
  for i, item in ipairs(policies) do ids[i] = need(item, POLICY, 1, where)[1] end
  return ids
end

--- security.new_scope({ Policy, … }?) → Scope; raises when it is denied
function security.new_scope(policies)
  local ids = policies ~= nil and ids_of(argument.table(policies, 1, 'new_scope'), 'new_scope') or {}
  local answer, err = ask('security.scope.create', 'custom', ids)
  if err then error(err, 2) end
  return to_scope(answer)
end

function security.policy(id)
  local found, err = ask('security.policy.get', argument.string(id, 1, 'policy'))
  if err then return nil, err end
  return setmetatable({ found }, Policy)
end

function security.named_scope(id)
  local answer, err = ask('security.policy_group.get', argument.string(id, 1, 'named_scope'))
  if err then return nil, err end
  return to_scope(answer)
end

function security.token_store(id)
  id = argument.string(id, 1, 'token_store')
  if id == '' then return fail(INVALID, 'the id of a token store is required') end
  local _, err = ask('security.token_store.get', id)
  if err then return nil, err end
  return setmetatable({ id }, TokenStore)
end

function actor:id() return argument.object(self, ACTOR, 'id')[2] end
function actor:meta() return argument.object(self, ACTOR, 'meta')[3] end
Actor.__tostring = function(self) return ACTOR .. '{' .. self[2] .. '}' end

local function evaluate(seal, id, who, action, resource, meta)
  if not is(who, ACTOR) then error('bad argument #1 to \'evaluate\' (' .. ACTOR .. ' expected)', 3) end
  action, resource = argument.string(action, 2, 'evaluate'), argument.string(resource, 3, 'evaluate')
  local verdict, err = ask('security.evaluate', '', seal or false, id or false, who[1], action, resource, meta_of(meta, 4, 'evaluate'))
  if err then error(err, 3) end
  return verdict
end

function policy:id() return argument.object(self, POLICY, 'id')[1] end
function policy:evaluate(who, action, resource, meta)
  argument.object(self, POLICY, 'evaluate')
  return evaluate(self[2], self[1], who, action, resource, meta)
end
Policy.__tostring = function(self) return POLICY .. '{' .. self[1] .. '}' end

-- "ns:name", a Policy, or { ns =, name = }
local function id_of(value, where)
  if is(value, POLICY) then return value[1] end
  if type(value) == 'table' and value.ns ~= nil and value.name ~= nil then return tostring(value.ns) .. ':' .. tostring(value.name) end
  return argument.string(value, 1, where)
end

local function derived(self, how, id)
  local answer, err = ask('security.scope.create', how, { id }, self[1])
  if err then error(err, 3) end
  return to_scope(answer)
end

function scope:with(added)
  argument.object(self, SCOPE, 'with')
  return derived(self, 'with', need(added, POLICY, 1, 'with')[1])
end

function scope:without(removed)
  argument.object(self, SCOPE, 'without')
  return derived(self, 'without', id_of(removed, 'without'))
end

function scope:contains(wanted)
  argument.object(self, SCOPE, 'contains')
  local id = id_of(wanted, 'contains')
  for _, known in ipairs(self[2]) do
    if known == id then return true end
  end
  return false
end

function scope:policies()
  argument.object(self, SCOPE, 'policies')
  local all = {}
  for i, id in ipairs(self[2]) do all[i] = setmetatable({ id, self[1] }, Policy) end
  return all
end

function scope:evaluate(who, action, resource, meta)
  argument.object(self, SCOPE, 'evaluate')
  return evaluate(self[1], nil, who, action, resource, meta)
end
Scope.__tostring = function(self) return SCOPE .. '{policies=' .. #self[2] .. '}' end

local function open(self, where)
  argument.object(self, STORE, where)
  if self[1] then return self[1] end
  return nil, errors.new{ kind = INTERNAL, message = 'token store is closed' }
end

-- Milliseconds, text as "1h", or a Duration.
local function milliseconds(value)
  return getmetatable(value) == 'time.Duration' and value:milliseconds() or value
end

--- store:create(actor, scope, { expiration =, meta = }?) → token | nil, err
function store:create(who, may, options)
  local id, err = open(self, 'create')
  if err then return nil, err end
  need(who, ACTOR, 1, 'create')
  need(may, SCOPE, 2, 'create')
  options = meta_of(options, 3, 'create') or {}
  local wanted = { expiration = milliseconds(options.expiration), meta = options.meta }
  return ask('security.token.create', id, who[1], may[1], wanted)
end

--- store:validate(token) → Actor, Scope | nil, nil, err
function store:validate(token)
  local id, closed = open(self, 'validate')
  if closed then return nil, nil, closed end
  local who, may = ask('security.token.validate', id, argument.string(token, 1, 'validate'))
  if who == nil then return nil, nil, may end
  return to_actor(who), to_scope(may)
end

--- store:revoke(token) → whether there was such a token | nil, err
function store:revoke(token)
  local id, err = open(self, 'revoke')
  if err then return nil, err end
  return ask('security.token.revoke', id, argument.string(token, 1, 'revoke'))
end

function store:close()
  argument.object(self, STORE, 'close')[1] = false
  return true
end

return security
