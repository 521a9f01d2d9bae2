-- Sets of templates. A Set is { id }; once it is released, { false }.
local host = ...
local argument = host.require_runtime('argument')
local errors = host.require_runtime('errors')
local ask, fail, INVALID, INTERNAL, setmetatable = host.ask, errors.fail, errors.INVALID, errors.INTERNAL, setmetatable

local templates = {}

local methods = {}
local Set = { __name = 'template.Set', __metatable = 'template.Set', __index = methods }
host.userdata(Set)
Set.__tostring = function(self) return self[2] and 'template.Set{}' or 'template.Set{released}' end

--- templates.get(id of a template.set) → Set | nil, err
function templates.get(id)
  id = argument.string(id, 1, 'get')
  if id == '' then return fail(INVALID, 'the id of a template set is required') end
  local ok, err = ask('template.get', id)
  if not ok then return nil, err end
  return setmetatable({ false, id }, Set)
end

--- set:render(name, data?) → text | nil, err
function methods:render(name, data)
  argument.object(self, 'template.Set', 'render')
  name = argument.string(name, 1, 'render')
  if data ~= nil then argument.table(data, 2, 'render') end
  if not self[2] then return fail(INTERNAL, 'the template set was released') end
  if name == '' then return fail(INVALID, 'the name of a template is required') end
  return ask('template.render', self[2], name, data)
end

--- set:release() → true
function methods:release()
  argument.object(self, 'template.Set', 'release')[2] = nil
  return true
end

return templates
