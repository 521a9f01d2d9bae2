-- Expressions, as those of policies: expr.eval("a > 1 ? 'many' : 'one'", { a = 2 }).
--
-- A Program is {source}.
local host = ...
local argument = host.require_runtime('argument')
local ask, setmetatable = host.ask, setmetatable

local expr = {}

local PROGRAM = 'expr.Program'
local methods = {}
local Program = host.userdata{ __name = PROGRAM, __metatable = PROGRAM, __index = methods }

--- expr.eval(source, names?) → what it comes to | nil, err
function expr.eval(source, names)
  source = argument.string(source, 1, 'eval')
  if names ~= nil then argument.table(names, 2, 'eval') end
  return ask('expr.eval', source, names)
end

--- expr.compile(source, names?) → Program | nil, err; names are only an example
function expr.compile(source, names)
  source = argument.string(source, 1, 'compile')
  if names ~= nil then argument.table(names, 2, 'compile') end
  local ok, err = ask('expr.check', source)
  if not ok then return nil, err end
  return setmetatable({ source }, Program)
end

--- program:run(names?) → what it comes to | nil, err
function methods:run(names)
  if names ~= nil then argument.table(names, 1, 'run') end
  return ask('expr.eval', argument.object(self, PROGRAM, 'run')[1], names)
end

return expr
