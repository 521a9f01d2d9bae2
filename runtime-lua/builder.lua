-- Statements of SQL put together from parts; values never become part of the text. Every method gives a new builder and leaves its own as it is.
--
-- Inside, a part is {text, arguments} with `?` where an argument belongs. A builder is {field = …}.
--
--   B1 Conditions that are joined are put in parentheses when they are written by hand: "a = 1 OR b = 2" stays one condition.
--   B2 Keys of tables of columns are names, or a function of names: nothing else can be smuggled in by who chooses the keys.
local host = ...
local argument = host.require_runtime('argument')
local errors = host.require_runtime('errors')
local parameter = host.require_runtime('parameter')
local fail, INVALID = errors.fail, errors.INVALID
local error, getmetatable, ipairs, pairs, select, setmetatable, tostring = error, getmetatable, ipairs, pairs, select, setmetatable, tostring
local next, pcall, type = next, pcall, host.type
local concat, sort, unpack, pack = table.concat, table.sort, table.unpack, table.pack
local find, match, rep, sub = string.find, string.match, string.rep, string.sub

local builder = {}

-- A fault of the statement, found while it is written: caught by `to_sql` and told as an error.
local Fault = {}
local function refuse(message)
  error(setmetatable({ message }, Fault), 0)
end

-- parts ---------------------------------------------------------------------------------------------------------------------------------

local function append(list, more)
  for i = 1, more.n do list[list.n + i] = more[i] end
  list.n = list.n + more.n
end

local function none() return { n = 0 } end
local function one(value) return { n = 1, value } end
local function each_of(list)
  local all = { n = #list }
  for i = 1, all.n do all[i] = list[i] end
  return all
end

-- The keys of a table, in order; what is no text is refused when it is written.
local function keys_of(values)
  local keys = {}
  for key in pairs(values) do keys[#keys + 1] = key end
  sort(keys, function(a, b) return tostring(a) < tostring(b) end)
  return keys
end

-- Joins parts with a separator.
local function join(parts, separator)
  local texts, arguments = {}, none()
  for i, part in ipairs(parts) do
    texts[i] = part[1]
    append(arguments, part[2])
  end
  return { concat(texts, separator), arguments }
end

-- Names: words joined by dots, each plain or quoted.
local function is_name(text)
  local at = 1
  while true do
    local _, stop = find(text, '^[%w_$\128-\255]+', at)
    if not stop then _, stop = find(text, '^"[^"%z]+"', at) end
    if not stop then _, stop = find(text, '^`[^`%z]+`', at) end
    if not stop then return false end
    if stop == #text then return true end
    if sub(text, stop + 1, stop + 1) ~= '.' then return false end
    at = stop + 2
  end
end

local function checked(name)
  if type(name) ~= 'string' then refuse('a column is named by text, not by a ' .. type(name)) end
  if is_name(name) then return name end
  local inner = match(name, '^[%w_]+%((.*)%)$')
  if inner == '' or inner == '*' or inner and is_name(match(inner, '^%s*[Dd][Ii][Ss][Tt][Ii][Nn][Cc][Tt]%s+(.*)$') or inner) then return name end
  refuse('"' .. name .. '" is not the name of a column: write other expressions with sql.builder.expr')
end

-- expressions ---------------------------------------------------------------------------------------------------------------------------

local SQLIZER = 'sql.Sqlizer'
local sqlizer = {}
local Sqlizer = host.userdata{ __name = SQLIZER, __metatable = SQLIZER, __index = sqlizer }

-- `write` gives the part; `by_hand` says whether its text is somebody's own.
local function expression(write, by_hand)
  return setmetatable({ write = write, by_hand = by_hand }, Sqlizer)
end

local function is_list(value) return type(value) == 'table' end

-- How a comparison is written for one column.
local function equals(name, value)
  if parameter.is_null(value) then return { name .. ' IS NULL', none() } end
  if not is_list(value) then return { name .. ' = ?', one(value) } end
  if #value == 0 then return { '(1=0)', none() } end
  return { name .. ' IN (?' .. rep(',?', #value - 1) .. ')', each_of(value) }
end

local function differs(name, value)
  if parameter.is_null(value) then return { name .. ' IS NOT NULL', none() } end
  if not is_list(value) then return { name .. ' <> ?', one(value) } end
  if #value == 0 then return { '(1=1)', none() } end
  return { name .. ' NOT IN (?' .. rep(',?', #value - 1) .. ')', each_of(value) }
end

local function compares(operator)
  return function(name, value)
    if parameter.is_null(value) then refuse('NULL cannot be compared with ' .. operator) end
    if is_list(value) then refuse('a list cannot be compared with ' .. operator) end
    return { name .. ' ' .. operator .. ' ?', one(value) }
  end
end

-- A table of columns, each compared the same way, all of which must hold.
local function all_of(values, compare)
  return expression(function()
    local parts = {}
    for i, name in ipairs(keys_of(values)) do parts[i] = compare(checked(name), values[name]) end
    if #parts == 0 then return { '(1=1)', none() } end
    return join(parts, ' AND ')
  end)
end

local function copy(values)
  local same = {}
  for key, value in pairs(values) do same[key] = value end
  return same
end

for name, compare in pairs({
  eq = equals, not_eq = differs, lt = compares('<'), lte = compares('<='), gt = compares('>'), gte = compares('>='),
  like = compares('LIKE'), not_like = compares('NOT LIKE'),
}) do
  builder[name] = function(values) return all_of(copy(argument.table(values, 1, name)), compare) end
end

--- builder.expr(text, ...) → an expression written by hand, with its arguments
function builder.expr(text, ...)
  local part = { argument.string(text, 1, 'expr'), pack(...) }
  return expression(function() return part end, true)
end

local function as_expression(value, what)
  if getmetatable(value) == SQLIZER then return value end
  if type(value) == 'table' then return all_of(copy(value), equals) end
  error('expected Sqlizer or table in ' .. what .. ' condition, got ' .. type(value), 3)
end

-- The part of an expression that stands beside others (B1).
local function beside(each, is_alone)
  local part = each.write()
  if each.by_hand and not is_alone then return { '(' .. part[1] .. ')', part[2] } end
  return part
end

local function conjunction(word, otherwise)
  return function(conditions)
    local list = {}
    for i, condition in ipairs(argument.table(conditions, 1, word == 'AND' and 'and_' or 'or_')) do
      list[i] = as_expression(condition, word)
    end
    return expression(function()
      if #list == 0 then return { otherwise, none() } end
      local parts = {}
      for i, each in ipairs(list) do parts[i] = beside(each, #list == 1) end
      local joined = join(parts, ' ' .. word .. ' ')
      return { '(' .. joined[1] .. ')', joined[2] }
    end)
  end
end
builder.and_ = conjunction('AND', '(1=1)')
builder.or_ = conjunction('OR', '(1=0)')

-- placeholders --------------------------------------------------------------------------------------------------------------------------

local PLACEHOLDER = 'sql.Placeholder'
local Placeholder = host.userdata{ __name = PLACEHOLDER, __metatable = PLACEHOLDER, __tostring = function(self) return self[1] end }
for name, prefix in pairs({ question = '?', dollar = '$', at = '@p', colon = ':' }) do
  builder[name] = setmetatable({ prefix }, Placeholder)
end
builder.default_placeholder = builder.question

-- Where text begins in which a `?` is only a character, and the pattern of its end.
local QUOTES = { ["'"] = "'", ['"'] = '"', ['`'] = '`', ['--'] = '\n', ['/*'] = '%*/' }

-- Numbers the `?` of a text; `??` is one that stays.
local function numbered(text, prefix)
  if prefix == '?' then return text end
  local out, count, at = {}, 0, 1
  while true do
    local from, to = find(text, "[?'\"`]", at)
    local comment = find(text, '%-%-', at)
    local block = find(text, '/%*', at)
    if comment and (not from or comment < from) then from, to = comment, comment + 1 end
    if block and (not from or block < from) then from, to = block, block + 1 end
    if not from then break end
    local token = sub(text, from, to)
    out[#out + 1] = sub(text, at, from - 1)
    if token ~= '?' then
      local _, stop = find(text, QUOTES[token], to + 1)
      stop = stop or #text
      out[#out + 1] = sub(text, from, stop)
      at = stop + 1
    elseif sub(text, from + 1, from + 1) == '?' then
      out[#out + 1] = '?'
      at = from + 2
    else
      count = count + 1
      out[#out + 1] = prefix .. count
      at = from + 1
    end
  end
  out[#out + 1] = sub(text, at)
  return concat(out)
end

-- What is written, with its numbers: text, arguments (NULL where there is none), or nil, err.
local function finish(write, prefix)
  local ok, part = pcall(write)
  if not ok then
    if getmetatable(part) ~= Fault then error(part, 0) end
    return fail(INVALID, part[1])
  end
  local arguments = {}
  for i = 1, part[2].n do
    local value = part[2][i]
    arguments[i] = value == nil and parameter.NULL or value
  end
  return numbered(part[1], prefix), arguments
end

-- As Lua code sees them: types are ours alone.
local function shown(text, arguments)
  if not text then return nil, arguments end
  local plain = {}
  for i, value in ipairs(arguments) do plain[i] = parameter.plain(value) end
  return text, plain
end

local function describe(name, text, arguments)
  if not text then return name .. ' Error: ' .. tostring(arguments) end
  local list = {}
  for i, value in ipairs(arguments) do list[i] = tostring(value) end
  return name .. ': ' .. text .. ' [Args: [' .. concat(list, ' ') .. ']]'
end

function sqlizer:to_sql()
  return shown(finish(argument.object(self, SQLIZER, 'to_sql').write, '?'))
end

function Sqlizer:__tostring()
  return describe('SQL', finish(self.write, '?'))
end

-- clauses -------------------------------------------------------------------------------------------------------------------------------

local function has(self, field) return self[field] and #self[field] > 0 end

-- A class of builders: `write(self)` gives the whole part.
local function class(name, write)
  local methods = {}
  local metatable = host.userdata{ __name = name, __metatable = name, __index = methods }
  function metatable:__tostring()
    return describe(match(name, '[^.]+$'), finish(function() return write(self) end, self.placeholder[1]))
  end

  -- A copy with one field changed.
  local function with(self, field, value)
    local changed = {}
    for key, own in next, self do changed[key] = own end
    changed[field] = value
    return setmetatable(changed, metatable)
  end
  -- A copy with something added to a list.
  local function adding(self, field, ...)
    local list = { unpack(self[field] or {}) }
    for i = 1, select('#', ...) do list[#list + 1] = (select(i, ...)) end
    return with(self, field, list)
  end

  function methods:to_sql()
    argument.object(self, name, 'to_sql')
    return shown(finish(function() return write(self) end, self.placeholder[1]))
  end
  function methods:placeholder_format(format)
    argument.object(self, name, 'placeholder_format')
    if getmetatable(format) ~= PLACEHOLDER then error("bad argument #1 to 'placeholder_format' (placeholder format expected)", 2) end
    return with(self, 'placeholder', format)
  end
  function methods:suffix(text, ...)
    return adding(argument.object(self, name, 'suffix'), 'suffixes', { argument.string(text, 1, 'suffix'), pack(...) })
  end

  --- What a database or a transaction runs: it says how it wants placeholders.
  function methods:run_with(target)
    argument.object(self, name, 'run_with')
    return builder.executor(target, function(prefix) return finish(function() return write(self) end, prefix or self.placeholder[1]) end)
  end

  return methods, with, adding, function(fields)
    fields.placeholder = builder.default_placeholder
    return setmetatable(fields, metatable)
  end
end

local function texts(where, ...)
  local list = pack(...)
  for i = 1, list.n do list[i] = argument.string(list[i], i, where) end
  return unpack(list, 1, list.n)
end

-- where and having: text with arguments, a table of columns, or an expression.
local function conditions(methods, adding, name, field)
  methods[name] = function(self, condition, ...)
    if type(condition) == 'string' then return adding(self, field, builder.expr(condition, ...)) end
    if type(condition) == 'table' or getmetatable(condition) == SQLIZER then return adding(self, field, as_expression(condition, name)) end
    error("bad argument #1 to '" .. name .. "' (string, table or Sqlizer expected, got " .. type(condition) .. ')', 2)
  end
end

local function lists(methods, adding, names)
  for name, field in pairs(names) do
    methods[name] = function(self, ...) return adding(self, field, texts(name, ...)) end
  end
end

-- limit and offset: never below zero.
local function bounds(methods, with)
  for name in pairs({ limit = true, offset = true }) do
    methods[name] = function(self, count)
      count = argument.integer(count, 1, name)
      return with(self, name .. '_', count > 0 and count or 0)
    end
  end
end

local function write_where(self, field, word, parts)
  if not has(self, field) then return end
  local list = {}
  for i, each in ipairs(self[field]) do list[i] = beside(each, #self[field] == 1) end
  local joined = join(list, ' AND ')
  parts[#parts + 1] = { word .. ' ' .. joined[1], joined[2] }
end

local function write_list(self, field, word, parts)
  if has(self, field) then parts[#parts + 1] = { word .. ' ' .. concat(self[field], ', '), none() } end
end

-- ORDER BY, LIMIT, OFFSET and what else comes last.
local function write_end(self, parts)
  write_list(self, 'orders', 'ORDER BY', parts)
  if self.limit_ then parts[#parts + 1] = { 'LIMIT ' .. self.limit_, none() } end
  if self.offset_ then parts[#parts + 1] = { 'OFFSET ' .. self.offset_, none() } end
  for _, suffix in ipairs(self.suffixes or {}) do parts[#parts + 1] = suffix end
  return join(parts, ' ')
end

-- What a column is set to: a value, an expression, or a select.
local function write_value(value)
  if getmetatable(value) == SQLIZER then return value.write() end
  if getmetatable(value) == 'sql.SelectBuilder' then
    local part = value.write(value)
    return { '(' .. part[1] .. ')', part[2] }
  end
  return { '?', one(value) }
end

-- select --------------------------------------------------------------------------------------------------------------------------------

local function write_select(self)
  if not has(self, 'names') then refuse('a select needs at least one column') end
  local parts = { { (self.distinct_ and 'SELECT DISTINCT ' or 'SELECT ') .. concat(self.names, ', '), none() } }
  if self.source then parts[#parts + 1] = { 'FROM ' .. self.source, none() } end
  for _, joined in ipairs(self.joins or {}) do parts[#parts + 1] = joined end
  write_where(self, 'wheres', 'WHERE', parts)
  write_list(self, 'groups', 'GROUP BY', parts)
  write_where(self, 'havings', 'HAVING', parts)
  return write_end(self, parts)
end

local selects, select_with, select_adding, new_select = class('sql.SelectBuilder', write_select)
selects.write = write_select
lists(selects, select_adding, { columns = 'names', order_by = 'orders', group_by = 'groups' })
conditions(selects, select_adding, 'where', 'wheres')
conditions(selects, select_adding, 'having', 'havings')
bounds(selects, select_with)
function selects:from(source) return select_with(self, 'source', argument.string(source, 1, 'from')) end
function selects:distinct() return select_with(self, 'distinct_', true) end

-- join("orders ON …", arguments) or join("orders", "condition", arguments)
for name, word in pairs({ join = 'JOIN', left_join = 'LEFT JOIN', right_join = 'RIGHT JOIN', inner_join = 'INNER JOIN' }) do
  selects[name] = function(self, source, ...)
    local text, arguments = word .. ' ' .. argument.string(source, 1, name), pack(...)
    if type(arguments[1]) == 'string' and not find(source, '?', 1, true) then
      return select_adding(self, 'joins', { text .. ' ON ' .. arguments[1], pack(select(2, ...)) })
    end
    return select_adding(self, 'joins', { text, arguments })
  end
end

--- builder.select(column, ...) → SelectBuilder
function builder.select(...) return new_select{ names = { texts('select', ...) } } end

-- insert --------------------------------------------------------------------------------------------------------------------------------

local function write_rows(rows)
  local lines = {}
  for i, row in ipairs(rows) do
    local parts = {}
    for k = 1, row.n do parts[k] = write_value(row[k]) end
    local line = join(parts, ',')
    lines[i] = { '(' .. line[1] .. ')', line[2] }
  end
  local joined = join(lines, ',')
  return { 'VALUES ' .. joined[1], joined[2] }
end

local function write_insert(self)
  if not self.target or self.target == '' then refuse('an insert needs a table') end
  if not self.source and not has(self, 'rows') then refuse('an insert needs values or a select') end
  local parts = {}
  for _, prefix in ipairs(self.prefixes or {}) do parts[#parts + 1] = prefix end
  local head = 'INSERT ' .. (has(self, 'words') and concat(self.words, ' ') .. ' ' or '') .. 'INTO ' .. self.target
  if has(self, 'names') then
    local names = {}
    for i, name in ipairs(self.names) do names[i] = checked(name) end
    head = head .. ' (' .. concat(names, ',') .. ')'
  end
  parts[#parts + 1] = { head, none() }
  parts[#parts + 1] = self.source and self.source.write(self.source) or write_rows(self.rows)
  for _, suffix in ipairs(self.suffixes or {}) do parts[#parts + 1] = suffix end
  return join(parts, ' ')
end

local inserts, insert_with, insert_adding, new_insert = class('sql.InsertBuilder', write_insert)
lists(inserts, insert_adding, { columns = 'names', options = 'words' })
function inserts:into(target) return insert_with(self, 'target', argument.string(target, 1, 'into')) end
function inserts:values(...) return insert_adding(self, 'rows', pack(...)) end
function inserts:prefix(text, ...) return insert_adding(self, 'prefixes', { argument.string(text, 1, 'prefix'), pack(...) }) end
function inserts:select(source)
  return insert_with(self, 'source', argument.object(source, 'sql.SelectBuilder', 'select'))
end
function inserts:set_map(values)
  local names, row = keys_of(argument.table(values, 1, 'set_map')), none()
  for i, name in ipairs(names) do row[i], row.n = values[name], i end
  return insert_with(insert_with(self, 'names', names), 'rows', { row })
end

--- builder.insert(table?) → InsertBuilder
function builder.insert(target) return new_insert{ target = target and argument.string(target, 1, 'insert') } end

-- update --------------------------------------------------------------------------------------------------------------------------------

local function write_update(self)
  if not self.target or self.target == '' then refuse('an update needs a table') end
  if not has(self, 'sets') then refuse('an update needs something to set') end
  local sets = {}
  for i, set in ipairs(self.sets) do
    local value = write_value(set[2])
    sets[i] = { checked(set[1]) .. ' = ' .. value[1], value[2] }
  end
  local joined = join(sets, ', ')
  local parts = { { 'UPDATE ' .. self.target .. ' SET ' .. joined[1], joined[2] } }
  if self.source then
    local part = self.source.write(self.source)
    parts[2] = { 'FROM (' .. part[1] .. ') AS ' .. self.alias, part[2] }
  elseif self.from_ then
    parts[2] = { 'FROM ' .. self.from_, none() }
  end
  write_where(self, 'wheres', 'WHERE', parts)
  return write_end(self, parts)
end

local updates, update_with, update_adding, new_update = class('sql.UpdateBuilder', write_update)
lists(updates, update_adding, { order_by = 'orders' })
conditions(updates, update_adding, 'where', 'wheres')
bounds(updates, update_with)
function updates:table(target) return update_with(self, 'target', argument.string(target, 1, 'table')) end
function updates:set(column, value) return update_adding(self, 'sets', { argument.string(column, 1, 'set'), value }) end
function updates:from(source) return update_with(update_with(self, 'source', nil), 'from_', argument.string(source, 1, 'from')) end
function updates:from_select(source, alias)
  local from = update_with(self, 'source', argument.object(source, 'sql.SelectBuilder', 'from_select'))
  return update_with(from, 'alias', argument.string(alias, 2, 'from_select'))
end
function updates:set_map(values)
  local sets = {}
  for i, name in ipairs(keys_of(argument.table(values, 1, 'set_map'))) do sets[i] = { name, values[name] } end
  return update_adding(self, 'sets', unpack(sets))
end

--- builder.update(table?) → UpdateBuilder
function builder.update(target) return new_update{ target = target and argument.string(target, 1, 'update') } end

-- delete --------------------------------------------------------------------------------------------------------------------------------

local function write_delete(self)
  if not self.source or self.source == '' then refuse('a delete needs a table') end
  local parts = { { 'DELETE FROM ' .. self.source, none() } }
  write_where(self, 'wheres', 'WHERE', parts)
  return write_end(self, parts)
end

local deletes, delete_with, delete_adding, new_delete = class('sql.DeleteBuilder', write_delete)
lists(deletes, delete_adding, { order_by = 'orders' })
conditions(deletes, delete_adding, 'where', 'wheres')
bounds(deletes, delete_with)
function deletes:from(source) return delete_with(self, 'source', argument.string(source, 1, 'from')) end

--- builder.delete(table?) → DeleteBuilder
function builder.delete(source) return new_delete{ source = source and argument.string(source, 1, 'delete') } end

return builder
