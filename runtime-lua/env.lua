-- Environment variables that entries declare (env.variable), by public name or by id.
local host = ...
local argument = host.require_runtime('argument')
local errors = host.require_runtime('errors')
local ask, fail, INVALID = host.ask, errors.fail, errors.INVALID

local env = {}

--- env.get(name) → text | nil, err
function env.get(name)
  name = argument.string(name, 1, 'get')
  if name == '' then return fail(INVALID, 'empty key') end
  return ask('env.get', name)
end

--- env.set(name, text) → true | nil, err
function env.set(name, value)
  name = argument.string(name, 1, 'set')
  if name == '' then return fail(INVALID, 'empty key') end
  return ask('env.set', name, argument.string(value, 2, 'set'))
end

--- env.get_all() → table of the variables that may be read and have a value
function env.get_all()
  return ask('env.all', '')
end

return env
