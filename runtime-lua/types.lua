-- Types that execute. The compiler turns `type Point = {x: number}` into `local Point = __type("Point", function(Point) return … end)`; this
-- module makes the value: callable (validate or raise), `T:is(v)`, reflection, comparison.
--
-- A shape is what the function returns: a primitive's name, or {tag, …} (the tags stand in src/lua/shape.ts). It is built when the type is
-- first used and kept. A name that is no type value counts as `any`: types of host modules and of other chunks may be missing.

local host = ...
local type = host.type or type
local error, getmetatable, ipairs, next, pairs, rawequal, select = error, getmetatable, ipairs, next, pairs, rawequal, select
local setmetatable, tostring, math_type, concat = setmetatable, tostring, math.type, table.concat
local move, pack, remove, sort, unpack = table.move, table.pack, table.remove, table.sort, table.unpack

local MAX_DEPTH = 500 -- of a value, and of names that stand for names
local MAX_INFERRED = 8 -- levels of a value that typeof looks at

local Type, meta = {}, { __name = "type" }
local info = setmetatable({}, { __mode = "k" }) -- type value → { name, build, params, args, generic, shape, instances }
local primitives = {}

local shape_of, resolve, describe, validate, is_subtype

-- Making types -------------------------------------------------------------------------------------------------------------------------

--- What the compiler calls. `params` lists the names of type parameters.
local function make(name, build, params)
  local self = setmetatable({}, meta)
  info[self] = { name = name, build = build, params = params }
  return self
end

--- A type value without a name; names and primitives give the value that exists.
local function wrap(shape)
  if primitives[shape] then return primitives[shape] end
  if shape[1] == "ref" and info[shape[3]] then return shape[3] end
  local self = setmetatable({}, meta)
  info[self] = { shape = shape }
  return self
end

function shape_of(value)
  local known = info[value]
  if known.shape == nil then
    if known.params and not known.args then return { "generic", value } end
    known.shape = "never" -- while it is built
    known.shape = (known.build(known.generic or value, unpack(known.args or {})))
  end
  return known.shape
end

--- The type of a generic type's name with arguments; equal arguments give the same type, so `Node<T>` may contain itself.
local function instantiate(generic, args)
  local known = info[generic]
  if #args ~= #known.params then
    error(("%s takes %d type arguments, not %d"):format(known.name, #known.params, #args), 0)
  end
  known.instances = known.instances or {}
  local place = known.instances
  for i = 1, #args do
    place[args[i]] = place[args[i]] or {}
    place = place[args[i]]
  end
  if not place.made then
    place.made = setmetatable({}, meta)
    info[place.made] = { name = known.name, build = known.build, params = known.params, args = args, generic = generic }
  end
  return place.made
end

--- A value's type as far as it can be seen: numbers are `number`, a list has the type of its first element unless others differ.
local function infer(value, depth)
  local kind = type(value)
  if kind ~= "table" then return primitives[kind] and kind or "any" end
  if info[value] or depth > MAX_INFERRED then return "any" end
  if #value > 0 then
    local first = describe(infer(value[1], depth + 1))
    for i = 2, #value do
      if describe(infer(value[i], depth + 1)) ~= first then return { "array", "any" } end
    end
    return { "array", infer(value[1], depth + 1) }
  end
  local names = {}
  for key in next, value do
    if type(key) ~= "string" then return "table" end
    names[#names + 1] = key
  end
  sort(names)
  local record = { "record" }
  for _, name in ipairs(names) do record[#record + 1] = { name, infer(value[name], depth + 1) } end
  return record
end

-- Shapes -------------------------------------------------------------------------------------------------------------------------------

--- All fields of a record, or of the records of an intersection; nil for other types.
local function fields_of(shape)
  shape = resolve(shape)
  if shape[1] == "record" then return move(shape, 2, #shape, 1, {}) end
  if shape[1] ~= "intersection" then return nil end
  local all = {}
  for i = 2, #shape do
    for _, field in ipairs(fields_of(shape[i]) or {}) do all[#all + 1] = field end
  end
  return all
end

local function member_of(object, key)
  object, key = resolve(object), resolve(key)
  if object[1] == "array" then return object[2] end
  if object[1] == "map" then return object[3] end
  for _, field in ipairs(fields_of(object) or {}) do
    if key[1] == "literal" and field[1] == key[2] then return field[2] end
  end
  return "never"
end

local function keys_of(object)
  local keys = { "union" }
  for _, field in ipairs(fields_of(object) or {}) do keys[#keys + 1] = { "literal", field[1] } end
  return #keys > 1 and keys or "never"
end

local computed = {
  ref = function(shape) return info[shape[3]] and shape_of(shape[3]) or "any" end,
  apply = function(shape)
    local generic = shape[2][3]
    if not info[generic] or not info[generic].params then return "any" end
    local args = {}
    for i, arg in ipairs(shape[3]) do args[i] = wrap(arg) end
    return shape_of(instantiate(generic, args))
  end,
  readonly = function(shape) return shape[2] end,
  typeof = function(shape) return infer(shape[2], 1) end,
  keyof = function(shape) return keys_of(shape[2]) end,
  member = function(shape) return member_of(shape[2], shape[3]) end,
  conditional = function(shape) return is_subtype(shape[2], shape[3]) and shape[4] or shape[5] end,
}

--- The shape behind names, arguments and operators on types, always as a table: a primitive is { name }.
function resolve(shape)
  for _ = 1, MAX_DEPTH do
    if type(shape) == "string" then return { shape } end
    local step = computed[shape[1]]
    if not step then return shape end
    if shape.resolved == nil then shape.resolved = step(shape) end
    shape = shape.resolved
  end
  return { "never" } -- type A = B, type B = A
end

local function joined(shape, from, separator)
  local parts = {}
  for i = from, #shape do parts[#parts + 1] = describe(shape[i]) end
  return concat(parts, separator)
end

local function field_text(field)
  local name = field[1] and field[1] .. (field[3] and "?" or "") .. ": " or ""
  return name .. describe(field[2])
end

local function list_text(items, text)
  local parts = {}
  for i, item in ipairs(items) do parts[i] = text(item) end
  if items.rest then parts[#parts + 1] = "..." .. describe(items.rest) end
  return concat(parts, ", ")
end

local texts = {
  ref = function(shape) return shape[2] end,
  apply = function(shape) return ("%s<%s>"):format(shape[2][2], joined(shape[3], 1, ", ")) end,
  generic = function(shape) return info[shape[2]].name end,
  literal = function(shape) return type(shape[2]) == "string" and ("%q"):format(shape[2]) or tostring(shape[2]) end,
  optional = function(shape) return describe(shape[2]) .. "?" end,
  readonly = function(shape) return "readonly " .. describe(shape[2]) end,
  array = function(shape) return "{" .. describe(shape[2]) .. "}" end,
  map = function(shape) return ("{[%s]: %s}"):format(describe(shape[2]), describe(shape[3])) end,
  record = function(shape) return "{" .. list_text(move(shape, 2, #shape, 1, {}), field_text) .. "}" end,
  ["function"] = function(shape)
    if not shape[2] then return "function" end
    return ("(%s) -> (%s)"):format(list_text(shape[2], field_text), list_text(shape[3], describe))
  end,
  tuple = function(shape) return "(" .. joined(shape, 2, ", ") .. ")" end,
  union = function(shape) return joined(shape, 2, " | ") end,
  intersection = function(shape) return joined(shape, 2, " & ") end,
  check = function(shape) return describe(shape[2]) end,
}

--- A type as it is written.
function describe(shape)
  if type(shape) == "string" then return shape end
  local text = texts[shape[1]]
  if text then return text(shape) end
  return computed[shape[1]] and describe(resolve(shape)) or shape[1]
end

-- Regular expressions ------------------------------------------------------------------------------------------------------------------

local function is_word(code)
  return code and (code >= 48 and code <= 57 or code >= 65 and code <= 90 or code == 95 or code >= 97 and code <= 122) or false
end

local asserts = {
  function(before) return before == nil end,
  function(_, after) return after == nil end,
  function(before) return before == nil or before == 10 end,
  function(_, after) return after == nil or after == 10 end,
  function(before, after) return is_word(before) ~= is_word(after) end,
  function(before, after) return is_word(before) == is_word(after) end,
}

--- The code points of a string; a byte that is not UTF-8 counts as U+FFFD.
local function code_points(text)
  local codes, at = {}, 1
  while at <= #text do
    local lead = text:byte(at)
    local size = lead < 0x80 and 1 or lead >= 0xF0 and lead < 0xF8 and 4 or lead >= 0xE0 and lead < 0xF0 and 3 or 0
    if lead >= 0xC2 and lead < 0xE0 then size = 2 end
    local code = size == 1 and lead or size > 1 and lead & (0x7F >> size) or 0xFFFD
    for i = at + 1, at + size - 1 do
      local byte = text:byte(i)
      if not byte or byte & 0xC0 ~= 0x80 then
        code, size = 0xFFFD, 1
        break
      end
      code = code << 6 | byte & 0x3F
    end
    codes[#codes + 1] = code
    at = at + (size > 0 and size or 1)
  end
  return codes
end

--- Runs a program (src/lua/regex-program.ts): all its threads in step, so the time is the text's length times the program's.
local function matches(text, program)
  local codes = code_points(text)
  local threads = {}
  for at = 1, #codes + 1 do
    local before, code = codes[at - 1], codes[at]
    local stack, seen, after = threads, {}, {}
    stack[#stack + 1] = 1
    while #stack > 0 do
      local address = remove(stack)
      local step = program[address]
      if not seen[address] then
        seen[address] = true
        local op = step[1]
        if op == 5 then return true end
        if op == 1 then
          for i = 2, #step, 2 do
            if code and code >= step[i] and code <= step[i + 1] then
              after[#after + 1] = address + 1
              break
            end
          end
        elseif op == 4 then
          if asserts[step[2]](before, code) then stack[#stack + 1] = address + 1 end
        else
          stack[#stack + 1] = step[2]
          if op == 2 then stack[#stack + 1] = step[3] end
        end
      end
    end
    threads = after
  end
  return false
end

-- Validation ---------------------------------------------------------------------------------------------------------------------------

local function length_of(value)
  return (type(value) == "string" or type(value) == "table") and #value or nil
end

--- Each answers what is wrong, or nil. A validator that does not fit the value's type says nothing.
local validators = {
  min = function(value, least)
    return type(value) == "number" and value < least and ("%s is less than the minimum %s"):format(value, least) or nil
  end,
  max = function(value, most)
    return type(value) == "number" and value > most and ("%s is more than the maximum %s"):format(value, most) or nil
  end,
  min_len = function(value, least)
    local length = length_of(value)
    return length and length < least and ("length %d is less than the minimum length %s"):format(length, least) or nil
  end,
  max_len = function(value, most)
    local length = length_of(value)
    return length and length > most and ("length %d is more than the maximum length %s"):format(length, most) or nil
  end,
  pattern = function(value, source, program)
    return type(value) == "string" and not matches(value, program) and ("does not match the pattern %s"):format(source) or nil
  end,
}

local function at(path, message)
  return path == "" and message or path .. ": " .. message
end

local function shown(value)
  if info[value] then return "type" end
  if type(value) == "string" and #value <= 40 then return ("string %q"):format(value) end
  if type(value) == "number" or type(value) == "boolean" then return type(value) .. " " .. tostring(value) end
  return type(value)
end

--- Answers the message, and how deep in the value it is.
local function mismatch(path, expected, value)
  return at(path, ("expected %s, got %s"):format(expected, shown(value))), #path
end

local function dotted(path, name)
  return path == "" and name or path .. "." .. name
end

local function is_integer(value)
  return math_type(value) == "integer" or math_type(value) == "float" and value % 1 == 0
end

local accepts = {
  any = function() return true end,
  unknown = function() return true end,
  never = function() return false end,
  integer = is_integer,
  error = function(value) return value ~= nil end,
  generic = function() return false end,
}
for _, name in ipairs { "nil", "boolean", "number", "string", "table", "thread", "userdata" } do
  accepts[name] = function(value) return type(value) == name end
end

local checks = {
  ["function"] = function(_, value, path)
    if type(value) ~= "function" then return mismatch(path, "function", value) end
  end,
  literal = function(shape, value, path)
    if value ~= shape[2] then return mismatch(path, describe(shape), value) end
  end,
  optional = function(shape, value, path, seen)
    if value ~= nil then return validate(shape[2], value, path, seen) end
  end,
  union = function(shape, value, path, seen)
    local deepest, depth = nil, #path
    for i = 2, #shape do
      local message, where = validate(shape[i], value, path, seen)
      if not message then return nil end
      if where > depth then deepest, depth = message, where end
    end
    if deepest then return deepest, depth end
    return mismatch(path, describe(shape), value)
  end,
  intersection = function(shape, value, path, seen)
    for i = 2, #shape do
      local message, where = validate(shape[i], value, path, seen)
      if message then return message, where end
    end
  end,
  array = function(shape, value, path, seen)
    for i = 1, #value do
      local message, where = validate(shape[2], value[i], path .. "[" .. i .. "]", seen)
      if message then return message, where end
    end
  end,
  map = function(shape, value, path, seen)
    for key, item in next, value do
      local message, where = validate(shape[2], key, path .. "[key]", seen)
      if not message then
        local place = type(key) == "string" and dotted(path, key) or ("%s[%s]"):format(path, tostring(key))
        message, where = validate(shape[3], item, place, seen)
      end
      if message then return message, where end
    end
  end,
  record = function(shape, value, path, seen)
    for i = 2, #shape do
      local name, field, optional = shape[i][1], shape[i][2], shape[i][3]
      local item = value[name]
      if item ~= nil or not optional then
        local message, where = validate(field, item, dotted(path, name), seen)
        if message then return message, where end
      end
    end
  end,
  check = function(shape, value, path, seen)
    local message, where = validate(shape[2], value, path, seen)
    if message then return message, where end
    for i = 3, #shape do
      local validator = validators[shape[i][1]]
      local wrong = validator and validator(value, unpack(shape[i], 2))
      -- Deeper than a plain mismatch: in a union this is the member that was meant.
      if wrong then return at(path, wrong), #path + 1 end
    end
  end,
}
local of_tables = { array = true, map = true, record = true }

--- What is wrong with a value, or nil. `seen` holds the tables that are being checked: a value may contain itself.
function validate(shape, value, path, seen)
  shape = resolve(shape)
  local tag = shape[1]
  local check = checks[tag]
  if not check then
    local accept = accepts[tag]
    if accept and not accept(value) then return mismatch(path, describe(shape), value) end
    return nil
  end
  if not of_tables[tag] then return check(shape, value, path, seen) end
  if type(value) ~= "table" and type(value) ~= "userdata" or info[value] then return mismatch(path, "table", value) end
  local open = seen[value]
  if open and open[shape] then return nil end
  if not open then
    open = {}
    seen[value] = open
  end
  if seen.depth >= MAX_DEPTH then return at(path, "nested too deeply"), #path end
  open[shape], seen.depth = true, seen.depth + 1
  local message, where = check(shape, value, path, seen)
  open[shape], seen.depth = nil, seen.depth - 1
  return message, where
end

local function fault(self, value)
  return (validate(shape_of(self), value, "", { depth = 0 }))
end

-- Comparison ---------------------------------------------------------------------------------------------------------------------------

local literal_bases = { string = "string", boolean = "boolean", integer = "integer", float = "number" }

local function has_validators(shape, wanted)
  for i = 3, #wanted do
    local found = false
    for j = 3, #shape do
      found = found or shape[j][1] == wanted[i][1] and shape[j][2] == wanted[i][2]
    end
    if not found then return false end
  end
  return true
end

local function every(shape, test)
  for i = 2, #shape do
    if not test(shape[i]) then return false end
  end
  return true
end

local function some(shape, test)
  return not every(shape, function(item) return not test(item) end)
end

local function is_list_subtype(a, b, test)
  if #a < #b then return false end
  for i, item in ipairs(b) do
    if not test(a[i], item) then return false end
  end
  return true
end

local function compare(a, b, seen)
  a, b = resolve(a), resolve(b)
  if a == b then return true end
  seen[a] = seen[a] or {}
  if seen[a][b] then return true end
  seen[a][b] = true
  local function below(x, y) return compare(x, y, seen) end
  local ta, tb = a[1], b[1]
  if tb == "any" or tb == "unknown" or ta == "never" then return true end
  if ta == "union" then return every(a, function(item) return below(item, b) end) end
  if ta == "optional" then return below("nil", b) and below(a[2], b) end
  if tb == "check" then return ta == "check" and has_validators(a, b) and below(a[2], b[2]) end
  if ta == "check" then return below(a[2], b) end
  if tb == "optional" then return ta == "nil" or below(a, b[2]) end
  if tb == "union" then return some(b, function(item) return below(a, item) end) end
  if tb == "intersection" then return every(b, function(item) return below(a, item) end) end
  if tb == "record" then
    local fields = {}
    for _, field in ipairs(fields_of(a) or {}) do fields[field[1]] = field end
    return fields_of(a) ~= nil
      and every(b, function(field)
        local own = fields[field[1]]
        if not own then return field[3] == true end
        return (field[3] or not own[3]) and below(own[2], field[2])
      end)
  end
  if ta == "intersection" then return some(a, function(item) return below(item, b) end) end
  if ta == "generic" then return tb == "generic" and rawequal(a[2], b[2]) end
  if ta == "literal" then
    if tb == "literal" then return a[2] == b[2] end
    local base = literal_bases[math_type(a[2]) or type(a[2])]
    return base == tb or base == "integer" and tb == "number"
  end
  if ta == "array" and tb == "array" then return below(a[2], b[2]) end
  if ta == "map" and tb == "map" then return below(a[2], b[2]) and below(b[2], a[2]) and below(a[3], b[3]) end
  if ta == "function" and tb == "function" then
    if not a[2] or not b[2] then return b[2] == nil end
    local parameters = is_list_subtype(b[2], a[2], function(x, y) return below(x[2], y[2]) end)
    return parameters and is_list_subtype(a[3], b[3], below)
  end
  return ta == tb and not b[2] or ta == "integer" and tb == "number" or tb == "table" and of_tables[ta] == true
end

function is_subtype(a, b)
  return compare(a, b, {})
end

-- What a type value can do -------------------------------------------------------------------------------------------------------------

local function shape_with(self, tag)
  local shape = resolve(shape_of(self))
  while shape[1] == "check" do shape = resolve(shape[2]) end
  return (tag == nil or shape[1] == tag) and shape or nil
end

local function part(self, tag, index)
  local shape = shape_with(self, tag)
  return shape and wrap(shape[index]) or nil
end

--- An iterator over a list, or nil without one.
local function each(items, from, value_of)
  local index = from - 1
  return items and function()
    index = index + 1
    if items[index] ~= nil then return value_of(items[index], index) end
  end or nil
end

--- `T:is(v)` answers `v, nil` or `nil, message`.
function Type.is(self, ...)
  if not info[self] then error("use it as T:is(value)", 2) end
  local message = fault(self, (...))
  if message then return nil, message end
  return (...), nil
end

function Type.kind(self) return shape_with(self)[1] end

function Type.name(self)
  local known = info[self]
  return known.name or type(known.shape) == "string" and known.shape or nil
end

function Type.elem(self) return part(self, "array", 2) end
function Type.key(self) return part(self, "map", 2) end
function Type.val(self) return part(self, "map", 3) end
function Type.inner(self) return part(self, "optional", 2) end

function Type.fields(self)
  return each(fields_of(shape_with(self)), 1, function(field)
    return field[1], wrap(field[3] and { "optional", field[2] } or field[2])
  end)
end

function Type.variants(self) return each(shape_with(self, "union"), 2, wrap) end

function Type.params(self)
  local shape = shape_with(self, "function")
  return each(shape and (shape[2] or {}), 1, function(parameter) return wrap(parameter[2]) end)
end

function Type.ret(self)
  local shape = shape_with(self, "function")
  local results = shape and shape[3] or {}
  if #results < 2 then return results[1] and wrap(results[1]) or nil end
  return wrap { "tuple", unpack(results) }
end

--- The type parameters of a generic type with their bounds.
function Type.tparams(self)
  local known = info[self]
  if not known.params then return nil end
  local unknowns = {}
  for i in ipairs(known.params) do unknowns[i] = primitives.unknown end
  local bounds = pack(known.build(self, unpack(unknowns)))
  return each(known.params, 1, function(name, index)
    local bound = bounds[index + 1]
    return name, bound and wrap(bound) or nil
  end)
end

function meta.__index(self, key)
  if Type[key] then return Type[key] end
  for _, field in ipairs(fields_of(shape_with(self)) or {}) do
    if field[1] == key then return wrap(field[2]) end
  end
  return nil
end

--- `T(v)` answers the valid value or raises; `Generic(A, B)` answers the type with these arguments.
function meta.__call(self, ...)
  local known = info[self]
  if known.params and not known.args then
    for i = 1, select("#", ...) do
      if not info[select(i, ...)] then error(("%s is generic: call it with types"):format(known.name), 2) end
    end
    return instantiate(self, { ... })
  end
  if select("#", ...) == 0 then error(("%s expects a value"):format(tostring(self)), 2) end
  local message = fault(self, (...))
  if message then error(message, 2) end
  return (...)
end

function meta.__newindex() error("a type cannot be changed", 2) end
function meta.__tostring(self) return info[self].name or describe(shape_of(self)) end
function meta.__le(a, b) return is_subtype(shape_of(a), shape_of(b)) end
function meta.__lt(a, b) return meta.__le(a, b) and not meta.__le(b, a) end
function meta.__eq(a, b) return meta.__le(a, b) and meta.__le(b, a) end
meta.__metatable = "type"

if host.userdata then host.userdata(meta) end

for _, name in ipairs {
  "any", "boolean", "error", "function", "integer", "never", "nil", "number", "string", "table", "thread", "unknown", "userdata",
} do
  primitives[name] = wrap { name }
  info[primitives[name]] = { name = name, shape = name }
end

local function typeof(value)
  return info[value] and value or wrap(infer(value, 1))
end

--- Puts what typed chunks use into their globals: `__type`, `typeof`, `Number`, `integer(x)`, and `string(x)` beside the library `strings`.
local function install(globals, strings)
  globals.__type, globals.typeof = make, typeof
  for name, value in pairs(primitives) do
    globals[name:sub(1, 1):upper() .. name:sub(2)] = value
  end
  for _, name in ipairs { "boolean", "integer", "number" } do globals[name] = primitives[name] end
  local behaviour = getmetatable(strings) or {}
  behaviour.__call = function(_, ...) return primitives.string(...) end
  setmetatable(strings, behaviour)
end

return { make = make, typeof = typeof, install = install, is_type = function(value) return info[value] ~= nil end }
