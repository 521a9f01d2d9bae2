-- Programs of the system, by the ids of exec.native entries.
--
-- An Executor is {id}; released, it has none. A Process is {number, streams by name}.
local host = ...
local argument = host.require_runtime('argument')
local errors = host.require_runtime('errors')
local stream = host.require_runtime('stream')
local ask, fail, INVALID, ipairs, setmetatable = host.ask, errors.fail, errors.INVALID, ipairs, setmetatable

local EXECUTOR, PROCESS = 'exec.Executor', 'exec.Process'
local executing, processing = {}, {}
local Executor = host.userdata{ __name = EXECUTOR, __metatable = EXECUTOR, __index = executing }
local Process = host.userdata{ __name = PROCESS, __metatable = PROCESS, __index = processing }

local exec = {}

--- exec.get(id) → Executor | nil, err
function exec.get(id)
  id = argument.string(id, 1, 'get')
  if id == '' then return fail(INVALID, 'executor id is required') end
  local ok, err = ask('exec.get', id)
  if not ok then return nil, err end
  return setmetatable({ id }, Executor)
end

--- executor:exec(command, { work_dir, env }?) → Process, not yet started | nil, err
function executing:exec(command, options)
  local id = argument.object(self, EXECUTOR, 'exec')[1]
  command = argument.string(command, 1, 'exec')
  if options ~= nil then argument.table(options, 2, 'exec') end
  if not id then return fail(INVALID, 'executor is released') end
  if command == '' then return fail(INVALID, 'a command is needed') end
  local number, err = ask('exec.prepare', command, id, options and { work_dir = options.work_dir, env = options.env } or nil)
  if not number then return nil, err end
  return setmetatable({ number, {} }, Process)
end

--- executor:release() → true
function executing:release()
  argument.object(self, EXECUTOR, 'release')[1] = nil
  return true
end

for _, method in ipairs{ 'start', 'wait' } do
  --- process:start() → true | nil, err; process:wait() → exit code | nil, err
  processing[method] = function(self) return ask('exec.' .. method, '', argument.object(self, PROCESS, method)[1]) end
end

--- process:signal(number) → true | nil, err
function processing:signal(number)
  return ask('exec.signal', '', argument.object(self, PROCESS, 'signal')[1], argument.integer(number, 1, 'signal'))
end

--- process:write_stdin(data) → true | nil, err
function processing:write_stdin(data)
  return ask('exec.write', '', argument.object(self, PROCESS, 'write_stdin')[1], argument.string(data, 1, 'write_stdin'))
end

for _, name in ipairs{ 'stdout', 'stderr' } do
  local method = name .. '_stream'
  --- process:stdout_stream(), process:stderr_stream() → Stream | nil, err
  processing[method] = function(self)
    local process = argument.object(self, PROCESS, method)
    if not process[2][name] then
      local number, err = ask('exec.output', '', process[1], name)
      if not number then return nil, err end
      process[2][name] = host.stream(number)
    end
    return process[2][name]
  end
end

--- process:close(by force?) → true
function processing:close(force)
  ask('exec.close', '', argument.object(self, PROCESS, 'close')[1], force == true)
  return true
end

return exec
