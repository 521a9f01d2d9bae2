-- What Lua code finds without declaring it: Wippy's Lua on top of 5.4. Adds what 5.1 had and apps use, makes long-running C functions with
-- callbacks yieldable, and takes away what is missing in Wippy (bytecode, files, processes, debug).

local host = ...
local library = host.library
local base, table, string, math, coroutine = library.base, library.table, library.string, library.math, library.coroutine
local type, select, error, tostring, pairs = type, select, error, tostring, pairs

for _, name in pairs{ "load", "loadstring", "loadfile", "dofile", "collectgarbage", "rawlen", "warn", "utf8" } do base[name] = nil end

base._VERSION = "Lua 5.3"
base.type = host.type
base.unpack = table.unpack
base.require = host.require

--- print: a line of the log, never standard output.
local line = host.require_runtime("argument").line
function base.print(...)
  local words = table.pack(...)
  for i = 1, words.n do words[i] = line(tostring(words[i])) end
  host.cast("logger.log", "info", line(table.concat(words, " ")))
end

-- math ----------------------------------------------------------------------------------------------------------------------------------

function math.pow(x, y) return x ^ y end
function math.log10(x) return math.log(x, 10) end
function math.atan2(y, x) return math.atan(y, x) end
function math.cosh(x) return (math.exp(x) + math.exp(-x)) / 2 end
function math.sinh(x) return (math.exp(x) - math.exp(-x)) / 2 end
function math.tanh(x)
  if x > 20 then return 1.0 elseif x < -20 then return -1.0 end
  local e = math.exp(2 * x)
  return (e - 1) / (e + 1)
end
function math.ldexp(m, e) return m * 2.0 ^ e end

--- table.create(n, m): room for n list items and m keys; here a table grows by itself.
function table.create() return {} end

-- table.insert, remove, move and concat of much, or of what a metatable says is there: in Lua, where they can be preempted. The companion has
-- looked at what it gives them.

table.insert = host.native.insert(table.insert, function(list, at, value)
  for i = #list + 1, at + 1, -1 do list[i] = list[i - 1] end
  list[at] = value
end)

table.remove = host.native.remove(table.remove, function(list, at)
  local n, value = #list, list[at]
  for i = at, n - 1 do list[i] = list[i + 1] end
  list[n] = nil
  return value
end)

table.move = host.native.move(table.move, function(list, from, to, at, other)
  other = other or list
  if at > to or at <= from or other ~= list then
    for i = 0, to - from do other[at + i] = list[from + i] end
  else
    for i = to - from, 0, -1 do other[at + i] = list[from + i] end
  end
  return other
end)

local PIECE = 1000

table.concat = host.native.concat(table.concat, function(list, separator, from, to, native)
  local pieces, n = {}, 0
  for i = from, to, PIECE do
    local piece = {}
    for k = 0, (i > to - PIECE and to - i or PIECE - 1) do
      local value = list[i + k]
      local kind = type(value)
      if kind ~= "string" and kind ~= "number" then
        error("invalid value (" .. kind .. ") at index " .. (i + k) .. " in table for 'concat'", 3)
      end
      piece[k + 1] = value
    end
    n = n + 1
    pieces[n] = native(piece, separator)
  end
  return n <= PIECE and native(pieces, separator) or table.concat(pieces, separator)
end)

-- table.sort with a comparator, and of long lists that the companion does not sort: a merge sort in Lua, which can be preempted and may wait
-- in its comparator.

local move = table.move

local function less(a, b) return a < b end

local function insertion(list, from, to, before)
  for i = from + 1, to do
    local value, at = list[i], i
    while at > from and before(value, list[at - 1]) do
      list[at] = list[at - 1]
      at = at - 1
    end
    list[at] = value
  end
end

local function merge(list, spare, from, middle, to, before)
  local left, right = from, middle + 1
  if not before(list[right], list[middle]) then return end
  move(list, from, middle, from, spare)
  for at = from, to do
    if left > middle then return end
    if right <= to and before(list[right], spare[left]) then
      list[at] = list[right]
      right = right + 1
    else
      list[at] = spare[left]
      left = left + 1
    end
  end
end

table.sort = host.native.sort(table.sort, function(list, before)
  local n = #list
  before = before or less
  local run, spare = 12, {}
  for from = 1, n, run do insertion(list, from, from + run - 1 < n and from + run - 1 or n, before) end
  while run < n do
    for from = 1, n - run, 2 * run do
      local to = from + 2 * run - 1
      merge(list, spare, from, from + run - 1, to < n and to or n, before)
    end
    run = 2 * run
  end
end)

string.rep = host.native.rep
string.dump = nil

-- coroutine -----------------------------------------------------------------------------------------------------------------------------

coroutine.resume, coroutine.wrap, coroutine.yield = host.native.resume, host.native.wrap, host.native.yield

function coroutine.spawn(fn)
  if type(fn) ~= "function" then error("bad argument #1 to 'spawn' (function expected, got " .. type(fn) .. ")", 2) end
  return host.spawn(fn)
end

-- subscribe ---------------------------------------------------------------------------------------------------------------------------

function base.subscribe(topic, channel)
  if type(topic) ~= "string" then error("bad argument #1 to 'subscribe' (string expected, got " .. type(topic) .. ")", 2) end
  if host.listener(topic) then error("topic already has a subscription: " .. topic, 2) end
  return host.listen(topic, false, channel:__listen(false))
end
function base.unsubscribe(channel) return host.unlisten(channel) end

return {
  process = host.require_runtime("process"),
  channel = host.require_runtime("channel"),
  errors = host.require_runtime("errors"),
  payload = host.require_runtime("payload"),
  os = host.require_runtime("os"),
  coroutine = coroutine, table = table, string = host.require_runtime("errors").install(string), math = math,
}
