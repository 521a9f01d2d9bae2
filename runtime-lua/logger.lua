-- The module is a logger itself. Records are cast to the host, which writes them: nothing here waits or fails.
--
-- A logger is { fields, name }: what `with` and `named` gave it.
local host = ...
local argument = host.require_runtime('argument')
local line, match = argument.line, string.match
local error, next, pcall, setmetatable, tostring, type = error, next, pcall, setmetatable, tostring, type

local MOST_FIELDS = 256 -- of one record, as the host writes them (src/service/logger.ts)

local methods = {}
local Logger = {
  __name = 'logger.Logger',
  __metatable = 'logger.Logger',
  __index = methods,
  __newindex = function() error('a logger cannot be changed: use with or named', 2) end,
}
host.userdata(Logger)

-- Fields that bytes cannot carry are shown as text.
local as_text = { ['function'] = true, thread = true, userdata = true }

local function overlay(base, fields)
  local all, n, left_out = {}, 0, 0
  for key, value in next, base do all[key], n = value, n + 1 end
  for key, value in next, fields do
    if n >= MOST_FIELDS then
      left_out = left_out + 1
    elseif type(key) == 'string' then
      if as_text[type(value)] then value = tostring(value) end
      all[key], n = type(value) == 'string' and line(value) or value, n + 1
    end
  end
  if left_out > 0 then all['…'] = left_out .. ' more' end
  return all
end

-- "file:line" of the code that called a method (pcall ← location ← record ← method ← it). Without a debug library the only witness is the
-- position that `error` puts before a message.
local function location()
  local _, position = pcall(error, '', 5)
  return type(position) == 'string' and match(position, '^(.+):%s*$') or nil
end

local function record(self, level, message, fields)
  local all = fields == nil and self[1] or overlay(self[1], fields)
  host.cast('logger.log', level, message, next(all) ~= nil and all or nil, self[2], location())
end

for _, level in next, { 'debug', 'info', 'warn', 'error' } do
  methods[level] = function(self, message, fields)
    argument.object(self, 'logger.Logger', level)
    message = line(argument.string(message, 1, level))
    if fields ~= nil then argument.table(fields, 2, level) end
    record(self, level, message, fields)
  end
end

--- logger:with(fields) → a logger whose records all carry these fields
function methods:with(fields)
  argument.object(self, 'logger.Logger', 'with')
  return setmetatable({ overlay(self[1], argument.table(fields, 1, 'with')), self[2] }, Logger)
end

--- logger:named(name) → a logger whose records carry this name, behind the one it has
function methods:named(name)
  argument.object(self, 'logger.Logger', 'named')
  if argument.string(name, 1, 'named') == '' then error("bad argument #1 to 'named' (name cannot be empty)", 2) end
  return setmetatable({ self[1], self[2] and self[2] .. '.' .. name or name }, Logger)
end

return setmetatable({ {} }, Logger)
