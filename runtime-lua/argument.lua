-- Checks of arguments for the modules of the runtime: a wrong type raises, at the line that called the module's function.
local host = ...
local error, getmetatable, tointeger, tostring, type = error, getmetatable, math.tointeger, tostring, type
local byte, sub = string.byte, string.sub

local LONGEST_LINE = 16000 -- bytes, below those that the host writes (src/service/log-line.ts)

local argument = {}

-- Level 4: refuse ← check ← the module's function ← its caller.
local function refuse(value, position, where, expected)
  local got = value == nil and 'no value' or type(value)
  error(('bad argument #%d to \'%s\' (%s expected, got %s)'):format(position, where, expected, got), 4)
end

--- argument.string(value, position, function name) → string; a number passes as its text, as everywhere in Lua.
function argument.string(value, position, where)
  if type(value) == 'string' then return value end
  if type(value) == 'number' then return tostring(value) end
  refuse(value, position, where, 'string')
end

function argument.table(value, position, where)
  if type(value) == 'table' then return value end
  refuse(value, position, where, 'table')
end

--- A float without a fraction passes as the integer it equals.
function argument.integer(value, position, where)
  local integer = type(value) == 'number' and tointeger(value)
  if integer then return integer end
  refuse(value, position, where, 'integer')
end

--- argument.object(value, name of its metatable, method name) → value
function argument.object(value, name, where)
  if getmetatable(value) == name then return value end
  error(('\'%s\' was not called on a %s: call it with a colon'):format(where, name), 3)
end

--- argument.line(text) → what a line of the log takes of it: all, or the beginning and how much more there was. The rest never leaves the process.
function argument.line(text)
  if #text <= LONGEST_LINE then return text end
  local last = LONGEST_LINE
  while last > LONGEST_LINE - 3 and (byte(text, last + 1) & 0xc0) == 0x80 do last = last - 1 end -- not within a character
  return sub(text, 1, last) .. '… (' .. #text - last .. ' more)'
end

--- argument.sealed(value, 'actor' or 'scope', method name) → what stands for it at the host; only code that declares `security` has any.
function argument.sealed(value, which, where)
  local security = host.require_runtime('security')
  local seal = security and security.seal(value, which)
  if seal then return seal end
  refuse(value, 1, where, which)
end

--- argument.network(options) → true, or nil and an Error: a network that options name is a right of its own, asked for where it is chosen.
function argument.network(options)
  local network = type(options) == 'table' and options.network
  if type(network) ~= 'string' or network == '' then return true end
  return host.ask('process.network', network)
end

return argument
