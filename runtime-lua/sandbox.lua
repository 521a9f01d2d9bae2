-- Code that nobody trusts, run in a process of its own with a budget: what it may is what it is given.
local host = ...
local argument = host.require_runtime('argument')
local ask, pairs = host.ask, pairs

local sandbox = {}

--- sandbox.run(code, { fuel =, memory =, timeout =, processes =, input =, allow =, modules =, policy = }) → outcome | nil, err
--- outcome = { ok = true, value = … } or { ok = false, error = { kind =, code =, message = } }, with fuel, memory, ms and denied.
--- kind is "fuel", "timeout", "memory", "stack", "denied", "syntax" or "runtime"; err is for what is wrong with the options, and for who may not.
function sandbox.run(code, options)
  code = argument.string(code, 1, 'run')
  options = options and argument.table(options, 2, 'run') or {}
  local policy = options.policy and argument.string(options.policy, 2, 'run') or ''
  local rest = {}
  for name, value in pairs(options) do
    if name ~= 'policy' then rest[name] = value end
  end
  return ask('sandbox.run', policy, code, rest)
end

return sandbox
