-- The values a process or call was given by whoever started it. They never change, so they are asked for once.
local host = ...
local argument = host.require_runtime('argument')
local errors = host.require_runtime('errors')

local ctx = {}
local packed, owner -- the values as msgpack, and the pid they belong to

-- Decoded anew for each use, so that what one caller does to a table is not seen by the next.
local function values()
  if owner ~= host.pid() then
    local all, err = host.ask('ctx.all', '')
    if err then return nil, err end
    packed, owner = host.encode(all), host.pid()
  end
  return host.decode(packed)
end

--- ctx.get(key) → value | nil, err
function ctx.get(key)
  if argument.string(key, 1, 'get') == '' then return errors.fail(errors.INVALID, 'empty key') end
  local all, err = values()
  if err then return nil, err end
  if all[key] == nil then return errors.fail(errors.NOT_FOUND, 'no value "' .. key .. '" in the context') end
  return all[key]
end

--- ctx.all() → table of all values
function ctx.all()
  return values()
end

return ctx
