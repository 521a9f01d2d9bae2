-- YAML: documents to values and back, by the host.
local host = ...
local errors = host.require_runtime('errors')
local ask, fail, INVALID, type = host.ask, errors.fail, errors.INVALID, type

local yaml = {}

--- yaml.decode(text) → value | nil, err
function yaml.decode(text)
  if type(text) ~= 'string' then return fail(INVALID, 'a YAML document is a string') end
  if text == '' then return fail(INVALID, 'the YAML document is empty') end
  return ask('yaml.decode', '', text)
end

--- yaml.encode(table, { field_order = keys that come first, sort_unordered = whether the others are sorted }?) → text | nil, err
function yaml.encode(value, options)
  if type(value) ~= 'table' then return fail(INVALID, 'only a table is encoded') end
  return ask('yaml.encode', '', value, type(options) == 'table' and options or nil)
end

return yaml
