-- Code that comes as text: compiled and run in a process of its own, with what it is given and nothing else.
local host = ...
local argument = host.require_runtime('argument')
local errors = host.require_runtime('errors')
local ask, fail, INVALID, ipairs, setmetatable, type = host.ask, errors.fail, errors.INVALID, ipairs, setmetatable, type

local eval_runner = {}

local methods = {}
local Program = { __name = 'eval.Program', __metatable = 'eval.Program', __index = methods }
host.userdata(Program)

function methods:method() return argument.object(self, 'eval.Program', 'method')[1] end
function methods:modules()
  local names = {}
  for i, name in ipairs(argument.object(self, 'eval.Program', 'modules')[2]) do names[i] = name end
  return names
end

--- eval_runner.compile(source, method?, { modules =, imports =, allow_classes = }) → Program | nil, err
function eval_runner.compile(source, method, options)
  source = argument.string(source, 1, 'compile')
  method = method and argument.string(method, 2, 'compile') or ''
  options = options and argument.table(options, 3, 'compile') or {}
  if source == '' then return fail(INVALID, 'source is required') end
  local wanted = { source = source, method = method, modules = options.modules, imports = options.imports, allow_classes = options.allow_classes }
  local ok, err = ask('eval.compile', '', wanted)
  if not ok then return nil, err end
  return setmetatable({ method, options.modules or {} }, Program)
end

--- eval_runner.run{ source =, method =, args =, modules =, imports =, context =, allow_classes =, custom_modules =, limits = } → result | nil, err
--- limits = { memory = "16MiB", fuel = 50000000, timeout = "10s" }
function eval_runner.run(config)
  argument.table(config, 1, 'run')
  if type(config.source) ~= 'string' or config.source == '' then return fail(INVALID, 'source is required') end
  return ask('eval.run', '', config)
end

return eval_runner
