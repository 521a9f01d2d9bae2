-- workflow: what code that runs as a workflow knows of itself, and its children.

local host = ...
local ask = host.ask
local errors = host.require_runtime('errors')
local argument = host.require_runtime('argument')
local type, error = type, error

local workflow = {}
local versions = {} -- change id → version: decided once per run

--- workflow.info() → table | nil, err
function workflow.info() return ask('workflow.info', '') end

--- workflow.exec(id, ...) → result | nil, err: runs another workflow on the same host, as a child, and waits for its end.
function workflow.exec(id, ...) return ask('workflow.exec', argument.string(id, 1, 'exec'), ...) end

--- workflow.version(change id, lowest, highest) → the version that this run follows, from its first look at it to its end.
function workflow.version(id, lowest, highest)
  id = argument.string(id, 1, 'version')
  if versions[id] then return versions[id] end
  local version, err = ask('workflow.version', id, lowest, highest)
  if not version then return nil, err end
  versions[id] = version
  return version
end

--- workflow.attrs{ search = {…}, memo = {…} } → true | nil, err: what it can be found by, and what is shown of it.
function workflow.attrs(attrs)
  if type(attrs) ~= 'table' then error("bad argument #1 to 'attrs' (table expected, got " .. type(attrs) .. ')', 2) end
  if type(attrs.search or {}) ~= 'table' or type(attrs.memo or {}) ~= 'table' then
    return errors.fail(errors.INVALID, 'search and memo are tables', 'workflow.attrs')
  end
  return ask('workflow.attrs', '', attrs.search or false, attrs.memo or false)
end

--- workflow.query(name, fn): answers questions about this workflow, also once it has ended. fn runs on a copy of its memory: it sees all, and
--- what it changes is forgotten; it cannot ask, send or wait. fn = nil: no more.
function workflow.query(name, fn)
  name = argument.string(name, 1, 'query')
  if fn ~= nil and type(fn) ~= 'function' then error("bad argument #2 to 'query' (function expected, got " .. type(fn) .. ')', 2) end
  host.queries[name] = fn
end

--- workflow.read(pid, name, ...) → what the query of that workflow answers | nil, err; anybody may call this who is allowed to.
function workflow.read(pid, name, ...)
  return ask('workflow.read', argument.string(pid, 1, 'read'), argument.string(name, 2, 'read'), ...)
end

--- workflow.history_length() → records so far | nil, err
function workflow.history_length()
  local info, err = workflow.info()
  if not info then return nil, err end
  return info.history_length
end

--- workflow.history_size() → bytes so far | nil, err
function workflow.history_size()
  return ask('workflow.history_size', '')
end

return workflow
