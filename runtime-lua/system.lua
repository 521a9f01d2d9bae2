-- The running node: memory, processes, services, cluster. Every function is one question, guarded by the right it is asked under.
local host = ...
local argument = host.require_runtime('argument')
local errors = host.require_runtime('errors')
local ask, fail, math_type = host.ask, errors.fail, math.type

-- A function that asks one question of a resource under a right.
local function asking(right, resource, question)
  return function() return ask(right, resource, question) end
end

local function reading(resource, question)
  return asking('system.read', resource, question)
end

local function whole(value, what)
  if math_type(value) == 'integer' then return value end
  return fail(errors.INVALID, what .. ' required')
end

local system = {
  modules = reading('modules', 'list'),
  memory = {
    stats = reading('memory', 'stats'),
    allocated = reading('memory', 'allocated'),
    heap_objects = reading('memory', 'heap_objects'),
    get_limit = reading('memory_limit', 'get'),
  },
  gc = { collect = asking('system.gc', 'gc', 'collect'), get_percent = reading('gc_percent', 'get') },
  runtime = { goroutines = reading('goroutines', 'count'), cpu_count = reading('cpu', 'count') },
  process = { pid = reading('pid', 'get'), hostname = reading('hostname', 'get'), cwd = reading('cwd', 'get') },
  hosts = { list = reading('hosts', 'list') },
  supervisor = { states = reading('supervisor', 'states') },
  node = { id = reading('node', 'id'), addr = reading('node', 'addr'), role = reading('node', 'role') },
  cluster = { members = reading('cluster', 'members'), leader = reading('cluster', 'leader'), size = reading('cluster', 'size') },
  raft = {
    is_leader = reading('raft', 'is_leader'),
    is_member = reading('raft', 'is_member'),
    role = reading('raft', 'role'),
    term = reading('raft', 'term'),
    commit_index = reading('raft', 'commit_index'),
    stats = reading('raft_stats', 'all'),
  },
  lock = {},
}

--- system.exit(code = 0) → true; the node ends in order
function system.exit(code)
  return ask('system.exit', '', code ~= nil and argument.integer(code, 1, 'exit') or 0)
end

--- system.memory.set_limit(bytes) → the limit before | nil, err; -1 is none
function system.memory.set_limit(bytes)
  local limit, err = whole(bytes, 'memory limit')
  if err then return nil, err end
  return ask('system.control', 'memory_limit', 'set', limit)
end

function system.gc.set_percent(percent)
  local value, err = whole(percent, 'percent')
  if err then return nil, err end
  return ask('system.gc', 'gc_percent', 'set', value)
end

--- system.runtime.max_procs(n?) → the number now, or the one before it was set
function system.runtime.max_procs(n)
  if n == nil then return ask('system.read', 'gomaxprocs', 'get') end
  return ask('system.control', 'gomaxprocs', 'set', argument.integer(n, 1, 'max_procs'))
end

function system.hosts.processes(id)
  return ask('system.read', 'hosts', 'processes', argument.string(id, 1, 'processes'))
end

function system.supervisor.state(id)
  return ask('system.read', 'supervisor', 'state', argument.string(id, 1, 'state'))
end

--- system.lock.acquire(name) → true | false, err (AlreadyExists) | nil, err
function system.lock.acquire(name)
  local ok, err = ask('system.lock', argument.string(name, 1, 'acquire'), 'acquire')
  if err and errors.is(err, errors.ALREADY_EXISTS) then return false, err end
  return ok, err
end

--- system.lock.release(name) → whether this process held it
function system.lock.release(name)
  return ask('system.lock', argument.string(name, 1, 'release'), 'release')
end

return system
