-- Standard input and output of a process on a terminal host; everywhere else every function says Unavailable.
--
-- Writes are casts and do not wait, but after every 256 KiB the writer waits until its output has left.
local host = ...
local argument = host.require_runtime('argument')
local ask, cast, concat, ipairs, pack, tostring = host.ask, host.cast, table.concat, ipairs, table.pack, tostring

local UNFLUSHED = 262144 -- bytes

local io = {}
local owner, arguments -- the pid that has a terminal, and its arguments
local unflushed = 0

-- The arguments, or nil, err where there is no terminal. Asked once per process.
local function open()
  if owner ~= host.pid() then
    local args, err = ask('io.open', '')
    if err then return nil, err end
    owner, arguments, unflushed = host.pid(), args, 0
  end
  return arguments
end

local function write(operation, text)
  local ok, err = open()
  if not ok then return nil, err end
  cast(operation, '', text)
  unflushed = unflushed + #text
  if unflushed > UNFLUSHED then return io.flush() end
  return true
end

local function joined(separator, ending, ...)
  local parts = pack(...)
  for i = 1, parts.n do parts[i] = tostring(parts[i]) end
  return concat(parts, separator) .. ending
end

--- io.write(...) → true | nil, err; nothing is put between or behind the values
function io.write(...)
  return write('io.write', joined('', '', ...))
end

--- io.print(...) → true | nil, err; tabs between, a newline behind
function io.print(...)
  return write('io.write', joined('\t', '\n', ...))
end

--- io.eprint(...): print to the error output
function io.eprint(...)
  return write('io.write_error', joined('\t', '\n', ...))
end

--- io.read(n = 1024) → up to n bytes | nil, err (EOF)
function io.read(n)
  return ask('io.read', '', n ~= nil and argument.integer(n, 1, 'read') or 1024)
end

--- io.readline() → a line without its newline | nil, err (EOF)
function io.readline()
  return ask('io.readline', '')
end

--- io.raw(on = true) → true | nil, err
function io.raw(on)
  return ask('io.raw', '', on ~= false)
end

--- io.flush() → true when everything written so far has left | nil, err
function io.flush()
  unflushed = 0
  return ask('io.flush', '')
end

--- io.args() → list of text; empty where there is no terminal
function io.args()
  local args, copy = open(), {}
  for i, text in ipairs(args or copy) do copy[i] = text end
  return copy
end

return io
