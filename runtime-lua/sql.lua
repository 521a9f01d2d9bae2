-- Databases by the ids of their entries. What is asked goes to the database the entry names at that moment; a transaction stays where it began.
--
-- DB {id, type}, Statement {target, text}, Transaction {db, number}, Executor {target, text, arguments}; a target is a DB or a Transaction.
local host = ...
local argument = host.require_runtime('argument')
local errors = host.require_runtime('errors')
local duration = host.require_runtime('duration')
local parameter = host.require_runtime('parameter')
local builder = host.require_runtime('builder')
local ask, fail, INVALID = host.ask, errors.fail, errors.INVALID
local error, getmetatable, ipairs, pairs, setmetatable, tostring, type = error, getmetatable, ipairs, pairs, setmetatable, tostring, host.type
local find = string.find

local DB, STATEMENT, TRANSACTION, EXECUTOR = 'sql.DB', 'sql.Statement', 'sql.Transaction', 'sql.QueryExecutor'
local Db, db = host.class(DB)
local Statement, statement = host.class(STATEMENT)
local Transaction, transaction = host.class(TRANSACTION)
local Executor, executor = host.class(EXECUTOR)

local sql = {
  NULL = parameter.NULL,
  as = parameter.as,
  builder = builder,
  type = { POSTGRES = 'postgres', MYSQL = 'mysql', SQLITE = 'sqlite', UNKNOWN = 'unknown' },
  isolation = {
    DEFAULT = 'default',
    READ_UNCOMMITTED = 'read_uncommitted',
    READ_COMMITTED = 'read_committed',
    WRITE_COMMITTED = 'write_committed',
    REPEATABLE_READ = 'repeatable_read',
    SERIALIZABLE = 'serializable',
  },
}

-- The entry a target belongs to, and the number of the transaction, 0 for none.
local function place(target)
  if getmetatable(target) == TRANSACTION then return target[1][1], target[2] end
  return target[1], 0
end

-- Asks for one statement with its parameters.
local function run(verb, target, text, parameters)
  local letters, values = parameter.pack(parameters)
  if not letters then return nil, values end
  local id, number = place(target)
  if number == nil then return fail(INVALID, 'transaction is not active') end
  return ask(verb, id, number, text, letters, values)
end

local function prepare(target, text)
  local id, number = place(target)
  local ok, err = ask('sql.prepare', id, number, text)
  if not ok then return nil, err end
  return setmetatable({ target, text }, Statement)
end

--- sql.get(id, or an entry as registry.get gives it) → DB | nil, err
function sql.get(id)
  id = argument.string(type(id) == 'table' and id.id or id, 1, 'get')
  if id == '' then return fail(INVALID, 'resource id is required') end
  local kind, err = ask('db.get', id)
  if not kind then return nil, err end
  return setmetatable({ id, kind }, Db)
end

function db:type()
  return argument.object(self, DB, 'type')[2]
end

--- db:query(text, parameters?) → list of rows, each a table of columns | nil, err
function db:query(text, parameters)
  return run('sql.query', argument.object(self, DB, 'query'), argument.string(text, 1, 'query'), parameters)
end

--- db:execute(text, parameters?) → { last_insert_id, rows_affected } | nil, err
function db:execute(text, parameters)
  return run('sql.execute', argument.object(self, DB, 'execute'), argument.string(text, 1, 'execute'), parameters)
end

--- db:prepare(text) → Statement | nil, err
function db:prepare(text)
  return prepare(argument.object(self, DB, 'prepare'), argument.string(text, 1, 'prepare'))
end

--- db:begin{ isolation =, read_only = } → Transaction | nil, err
function db:begin(options)
  argument.object(self, DB, 'begin')
  if type(options) ~= 'table' then options = {} end
  local isolation = options.isolation
  if isolation ~= nil and type(isolation) ~= 'string' then return fail(INVALID, 'isolation must be a string') end
  local number, err = ask('sql.begin', self[1], isolation or 'default', options.read_only == true)
  if not number then return nil, err end
  return setmetatable({ self, number }, Transaction)
end

--- db:stats() → connections, and how long they were waited for | nil, err
function db:stats()
  local stats, err = ask('sql.stats', argument.object(self, DB, 'stats')[1])
  if not stats then return nil, err end
  stats.wait_duration = tostring(duration.new(stats.wait_duration))
  return stats
end

--- db:release() → true; there is nothing that has to be given back
function db:release()
  argument.object(self, DB, 'release')
  return true
end

-- A closed statement has no text.
local function open(self, method)
  if argument.object(self, STATEMENT, method)[2] then return true end
  return fail(INVALID, 'statement is closed')
end

function statement:query(parameters)
  local ok, err = open(self, 'query')
  if not ok then return nil, err end
  return run('sql.query', self[1], self[2], parameters)
end

function statement:execute(parameters)
  local ok, err = open(self, 'execute')
  if not ok then return nil, err end
  return run('sql.execute', self[1], self[2], parameters)
end

function statement:close()
  local ok, err = open(self, 'close')
  if not ok then return nil, err end
  self[2] = nil
  return true
end

-- A transaction that has ended has no number.
local function active(self, method)
  if argument.object(self, TRANSACTION, method)[2] then return true end
  return fail(INVALID, 'transaction is not active')
end

function transaction:db_type()
  local ok, err = active(self, 'db_type')
  if not ok then return nil, err end
  return self[1][2]
end

function transaction:query(text, parameters)
  return run('sql.query', argument.object(self, TRANSACTION, 'query'), argument.string(text, 1, 'query'), parameters)
end

function transaction:execute(text, parameters)
  return run('sql.execute', argument.object(self, TRANSACTION, 'execute'), argument.string(text, 1, 'execute'), parameters)
end

function transaction:prepare(text)
  local ok, err = active(self, 'prepare')
  if not ok then return nil, err end
  return prepare(self, argument.string(text, 1, 'prepare'))
end

-- Ends it; what could not be ended goes on.
local function ending(verb)
  return function(self)
    local ok, err = active(self, verb)
    if not ok then return nil, err end
    ok, err = ask('sql.' .. verb, self[1][1], self[2])
    if not ok then return nil, err end
    self[2] = nil
    return true
  end
end
transaction.commit = ending('commit')
transaction.rollback = ending('rollback')

for method, statement_text in pairs({ savepoint = 'SAVEPOINT ', rollback_to = 'ROLLBACK TO SAVEPOINT ', release = 'RELEASE SAVEPOINT ' }) do
  transaction[method] = function(self, name)
    local ok, err = active(self, method)
    if not ok then return nil, err end
    name = argument.string(name, 1, method)
    if name == '' then return fail(INVALID, 'savepoint name is required') end
    if not find(name, '^[%w_]+$') then return fail(INVALID, 'savepoint name can only contain alphanumeric characters and underscores') end
    ok, err = run('sql.execute', self, statement_text .. name)
    if not ok then return nil, err end
    return true
  end
end

-- builders ------------------------------------------------------------------------------------------------------------------------------

--- For builders: what runs a statement on a target. `write(prefix)` gives text and arguments, or nil, err.
function builder.executor(target, write)
  local name = getmetatable(target)
  if name ~= DB and name ~= TRANSACTION then error("bad argument #1 to 'run_with' (database or transaction expected)", 3) end
  local base = name == DB and target or target[1]
  local text, arguments = write(base[2] == 'postgres' and '$' or nil)
  if not text then return nil, arguments end
  return setmetatable({ target, text, arguments }, Executor)
end

function executor:query()
  argument.object(self, EXECUTOR, 'query')
  return run('sql.query', self[1], self[2], self[3])
end

function executor:exec()
  argument.object(self, EXECUTOR, 'exec')
  return run('sql.execute', self[1], self[2], self[3])
end

function executor:to_sql()
  argument.object(self, EXECUTOR, 'to_sql')
  local plain = {}
  for i, value in ipairs(self[3]) do plain[i] = parameter.plain(value) end
  return self[2], plain
end

function Executor:__tostring()
  return 'QueryExecutor: ' .. self[2] .. ' [Args: ' .. #self[3] .. ']'
end

return sql
