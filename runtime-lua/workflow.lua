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
