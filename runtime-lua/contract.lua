-- Contracts: what a thing can do, apart from who does it.
--
-- Contract { id, methods, call options, context }, Instance { binding, contracts, options }; methods of an Instance are made when it is opened.
local host = ...
local argument = host.require_runtime('argument')
local errors = host.require_runtime('errors')
local future = host.require_runtime('future')
local ask, fail, INVALID, NOT_FOUND = host.ask, errors.fail, errors.INVALID, errors.NOT_FOUND
local ipairs, pairs, setmetatable = ipairs, pairs, setmetatable
local tonumber, find, gmatch, gsub, char, sub = tonumber, string.find, string.gmatch, string.gsub, string.char, string.sub

local contract = {}
local Contract, methods = {}, {}
Contract.__name, Contract.__metatable, Contract.__index = 'contract.Contract', 'contract.Contract', methods
host.userdata(Contract)
local INSTANCE = 'contract.Instance'
local details = setmetatable({}, { __mode = 'k' }) -- instance → contracts

local function merged(a, b)
  local all = {}
  for key, value in pairs(a or {}) do all[key] = value end
  for key, value in pairs(b or {}) do all[key] = value end
  return all
end

local function decoded(text)
  return (gsub(gsub(text, '+', ' '), '%%(%x%x)', function(hex) return char(tonumber(hex, 16)) end))
end

-- "ns:name?a=1&b=true" → "ns:name", { a = 1, b = true }
local function parse(id)
  local mark = find(id, '?', 1, true)
  if not mark then return id end
  local scope = {}
  for key, value in gmatch(sub(id, mark + 1), '([^&=]+)=([^&]*)') do
    value = decoded(value)
    if value == 'true' or value == 'false' then
      scope[decoded(key)] = value == 'true'
    else
      scope[decoded(key)] = tonumber(value) or value
    end
  end
  return sub(id, 1, mark - 1), scope
end

-- Each opened binding has a metatable of its own, so that fields are its methods and nothing else.
local function instance(binding, contracts, names, options)
  local calls = {}
  for _, name in ipairs(names) do
    calls[name] = function(_, ...) return ask('contract.call', name, options, ...) end
    calls[name .. '_async'] = function(_, ...) return future('contract.call', name, options, ...) end
  end
  local made = setmetatable({}, host.userdata{ __name = INSTANCE, __metatable = INSTANCE, __index = calls })
  details[made] = contracts
  return made
end

local function open(wanted, binding, scope, settings)
  local id, query = '', nil
  if binding then
    id, query = parse(binding)
    if not find(id, '^[^:]+:.') then return fail(INVALID, 'invalid binding id: ' .. id .. ' (expected ns:name)') end
  end
  local context = merged(merged(query, settings.context), scope)
  local special = { context = settings.context and true, security = (settings.actor or settings.scope) and true }
  local opened, err = ask('contract.open', id, wanted or false, context, special)
  if err then return nil, err end
  local options = { binding = opened.id, context = context, options = settings.options, actor = settings.actor, scope = settings.scope }
  return instance(opened.id, opened.contracts, opened.methods, options)
end

--- contract.get(id) → Contract | nil, err
function contract.get(id)
  local found, err = ask('contract.get', argument.string(id, 1, 'get'))
  if err then return nil, err end
  return setmetatable({ found, {} }, Contract)
end

--- contract.open(binding id, scope?, options?) → Instance | nil, err; the id may end in "?key=value&…"
function contract.open(binding, scope, options)
  return open(nil, argument.string(binding, 1, 'open'), scope, { options = options })
end

--- contract.find_implementations(contract id) → ids of bindings | nil, err
function contract.find_implementations(id)
  return ask('contract.implementations', argument.string(id, 1, 'find_implementations'))
end

--- contract.is(instance, contract id) → boolean
function contract.is(value, id)
  argument.object(value, INSTANCE, 'is')
  for _, implemented in ipairs(details[value]) do if implemented == id then return true end end
  return false
end

local function self_of(self, name) return argument.object(self, 'contract.Contract', name) end

function methods:id() return self_of(self, 'id')[1].id end
function methods:methods() return self_of(self, 'methods')[1].methods end
function methods:method(name)
  self_of(self, 'method')
  if name == '' then return fail(INVALID, 'method name is required') end
  for _, method in ipairs(self[1].methods) do if method.name == name then return method end end
  return fail(NOT_FOUND, "method '" .. argument.string(name, 1, 'method') .. "' not found in contract '" .. self[1].id .. "'")
end
function methods:implementations() return contract.find_implementations(self_of(self, 'implementations')[1].id) end
function methods:open(binding, scope) return open(self_of(self, 'open')[1].id, binding, scope, self[2]) end

local function with(self, name, key, value)
  self_of(self, name)
  return setmetatable({ self[1], merged(self[2], { [key] = value }) }, Contract)
end
local function overlaid(self, name, key, value)
  return with(self, name, key, merged(self_of(self, name)[2][key], argument.table(value, 1, name)))
end
function methods:with_context(values) return overlaid(self, 'with_context', 'context', values) end
function methods:with_options(values) return overlaid(self, 'with_options', 'options', values) end
function methods:with_actor(actor) return with(self, 'with_actor', 'actor', argument.sealed(actor, 'actor', 'with_actor')) end
function methods:with_scope(scope) return with(self, 'with_scope', 'scope', argument.sealed(scope, 'scope', 'with_scope')) end

return contract
