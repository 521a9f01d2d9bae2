-- Values of SQL statements: NULL, values whose type is said (sql.as), and lists of them as the host wants them.
--
-- A Typed is {value, letter}; letters are in src/sql/value.ts.
local host = ...
local errors = host.require_runtime('errors')
local fail, INVALID = errors.fail, errors.INVALID
local getmetatable, next, setmetatable, tostring, type = getmetatable, next, setmetatable, tostring, host.type
local concat, math_type, tointeger = table.concat, math.type, math.tointeger

local MOST = 65535 -- parameters of one statement

local parameter = {}

local TYPED, NULL_NAME = 'sql.Typed', 'sql.Null'
local Typed = host.userdata{ __name = TYPED, __metatable = TYPED, __tostring = function(self) return tostring(self[1]) end }
local Null = host.userdata{ __name = NULL_NAME, __metatable = NULL_NAME, __tostring = function() return 'NULL' end }
local NULL = setmetatable({}, Null)
parameter.NULL = NULL

local function typed(value, letter)
  return setmetatable({ value, letter }, Typed)
end

-- Towards zero; what no integer can hold is 0.
local function whole(value)
  if math_type(value) == 'integer' then return value end
  if math_type(value) ~= 'float' then return 0 end
  return tointeger(value >= 0 and value // 1 or -(-value // 1)) or 0
end

parameter.as = {
  int = function(value) return typed(whole(value), 'i') end,
  float = function(value) return typed(type(value) == 'number' and value + 0.0 or 0.0, 'f') end,
  text = function(value)
    local kind = type(value)
    return typed((kind == 'string' or kind == 'number') and tostring(value) or '', 's')
  end,
  binary = function(value) return typed(type(value) == 'string' and value or '', 'x') end,
  null = function() return NULL end,
}

function parameter.is_null(value)
  return value == nil or value == NULL
end

--- The value behind sql.as; NULL and everything else stay what they are.
function parameter.plain(value)
  return getmetatable(value) == TYPED and value[1] or value
end

-- Letter and value of one parameter; nil for what no column can hold.
local function encode(value)
  local kind = type(value)
  if value == nil or value == NULL then return 'z', false end
  if kind == 'string' then return 's', value end
  if kind == 'number' then return math_type(value) == 'integer' and 'i' or 'f', value end
  if kind == 'boolean' then return 'b', value end
  if getmetatable(value) == TYPED then return value[2], value[1] end
  return nil
end

-- How far a list with holes reaches.
local function length(list)
  local n = list.n or #list
  if math_type(n) ~= 'integer' then n = #list end
  for key in next, list do
    if math_type(key) == 'integer' and key > n then n = key end
  end
  return n
end

--- parameter.pack(list) → letters, values | nil, err; nil stands for no parameters
function parameter.pack(list)
  if list == nil then return '', {} end
  if type(list) ~= 'table' then return fail(INVALID, 'parameters must be a table, got ' .. type(list)) end
  local n = length(list)
  if n > MOST then return fail(INVALID, n .. ' parameters are too many: at most ' .. MOST .. ' are possible') end
  local letters, values = {}, {}
  for i = 1, n do
    letters[i], values[i] = encode(list[i])
    if not letters[i] then
      return fail(INVALID, 'parameter ' .. i .. ' is a ' .. type(list[i]) .. ', which no column can hold: encode it first')
    end
  end
  return concat(letters), values
end

return parameter
