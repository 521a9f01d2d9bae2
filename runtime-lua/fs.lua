-- Directories by the ids of their entries. What gives a boolean gives false, err when it fails; anything else nil, err.
--
-- An FS is {id, working directory}; a File is {stream, fs, path}.
local host = ...
local argument = host.require_runtime('argument')
local errors = host.require_runtime('errors')
local stream = host.require_runtime('stream')
local ask, fail, INVALID = host.ask, errors.fail, errors.INVALID
local getmetatable, ipairs, setmetatable, tointeger, type = getmetatable, ipairs, setmetatable, math.tointeger, host.type
local concat, gmatch, sub = table.concat, string.gmatch, string.sub

local fs = { type = { FILE = 'file', DIR = 'directory' }, seek = { SET = 'set', CUR = 'cur', END = 'end' } }

local FS, FILE = 'fs.FS', 'fs.File'
local volume, file = {}, {}
local Fs = host.userdata{ __name = FS, __metatable = FS, __index = volume }
local File = host.userdata{ __name = FILE, __metatable = FILE, __index = file }

--- fs.get(id) → FS | nil, err
function fs.get(id)
  id = argument.string(id, 1, 'get')
  if id == '' then return fail(INVALID, 'filesystem name is required') end
  local ok, err = ask('fs.get', id)
  if not ok then return nil, err end
  return setmetatable({ id, '/' }, Fs)
end

-- A path from the root, without . and ..
local function absolute(self, path)
  if sub(path, 1, 1) ~= '/' then path = self[2] .. '/' .. path end
  local parts, n = {}, 0
  for part in gmatch(path, '[^/]+') do
    if part == '..' then
      parts[n] = nil
      n = n > 0 and n - 1 or 0
    elseif part ~= '.' then
      n = n + 1
      parts[n] = part
    end
  end
  return '/' .. concat(parts, '/')
end

-- The id of a volume and a path in it, or nil, err.
local function place(self, path, method)
  argument.object(self, FS, method)
  path = argument.string(path, 1, method)
  if path == '' then return fail(INVALID, 'path is required') end
  return self[1], absolute(self, path)
end

local function truth(value, err)
  if err then return false, err end
  return value == true
end

--- vol:pwd() → the working directory
function volume:pwd() return argument.object(self, FS, 'pwd')[2] end

--- vol:chdir(path) → true | false, err
function volume:chdir(path)
  local id, at = place(self, path, 'chdir')
  if not id then return false, at end
  local info, err = ask('fs.stat', id, at)
  if not info then return false, err end
  if not info.is_dir then return truth(fail(INVALID, 'not a directory: ' .. path)) end
  self[2] = at
  return true
end

--- vol:stat(path) → { name, size, mode, modified, is_dir, type } | nil, err
function volume:stat(path)
  local id, at = place(self, path, 'stat')
  if not id then return nil, at end
  return ask('fs.stat', id, at)
end

--- vol:exists(path) → boolean | false, err
function volume:exists(path)
  local id, at = place(self, path, 'exists')
  if not id then return false, at end
  local there, err = ask('fs.exists', id, at)
  if there == nil then return false, err end
  return there
end

--- vol:isdir(path) → boolean | false, err
function volume:isdir(path)
  local info, err = self:stat(path)
  if not info then return false, err end
  return info.is_dir
end

--- vol:mkdir(path) → true | false, err
function volume:mkdir(path)
  local id, at = place(self, path, 'mkdir')
  if not id then return false, at end
  return truth(ask('fs.mkdir', id, at))
end

--- vol:remove(path): a file or an empty directory → true | false, err
function volume:remove(path)
  local id, at = place(self, path, 'remove')
  if not id then return false, at end
  return truth(ask('fs.remove', id, at))
end

local function following(state)
  state.at = state.at + 1
  return state.items[state.at]
end

--- for item in vol:readdir(path) do: { name, type } | nil, err
function volume:readdir(path)
  local id, at = place(self, path, 'readdir')
  if not id then return nil, at end
  local items, err = ask('fs.list', id, at)
  if not items then return nil, err end
  return following, { items = items, at = 0 }
end

--- vol:read_file(path) → all of it | nil, err
function volume:read_file(path)
  local id, at = place(self, path, 'read_file')
  if not id then return nil, at end
  return ask('fs.read', id, at)
end
volume.readfile = volume.read_file

--- vol:write_file(path, text or a stream, mode = "w", or "wx", "a") → true | false, err
function volume:write_file(path, data, mode)
  local id, at = place(self, path, 'write_file')
  if not id then return false, at end
  if mode == 'r' then return truth(fail(INVALID, 'a mode is "w", "wx" or "a"')) end
  if type(data) == 'string' or type(data) == 'number' then return truth(ask('fs.write', id, at, mode or 'w', data .. '', 0)) end
  local source = getmetatable(data) == FILE and data[1] or data
  if getmetatable(source) ~= 'stream.Stream' then return truth(fail(INVALID, 'data is text or a stream')) end
  if not source[1] then return truth(fail(errors.INTERNAL, 'stream is closed')) end
  return truth(ask('fs.write', id, at, mode or 'w', nil, source[1]))
end
volume.writefile = volume.write_file

--- vol:open(path, mode: "r", "w", "wx" or "a") → File | nil, err
function volume:open(path, mode)
  local id, at = place(self, path, 'open')
  if not id then return nil, at end
  local number, err = ask('fs.open', id, at, argument.string(mode, 2, 'open'))
  if not number then return nil, err end
  return setmetatable({ host.stream(number), self, at }, File)
end

local function of(self, method) return argument.object(self, FILE, method)[1] end

--- file:read(most = 4096) → string | nil, err; at the end NotFound
function file:read(size)
  local source = of(self, 'read')
  size = size == nil and 4096 or tointeger(size)
  if not size or size <= 0 then return fail(INVALID, 'size must be a positive integer') end
  local data, err = source:read(size)
  if err then return nil, err end
  if not data then return fail(errors.NOT_FOUND, 'EOF') end
  return data
end

--- file:write(data) → true | false, err
function file:write(data)
  local target = of(self, 'write')
  data = argument.string(data, 1, 'write')
  if data == '' then return truth(fail(INVALID, 'data is required')) end
  local written, err = target:write(data)
  if not written then return false, err end
  return true
end

--- file:seek(whence, offset) → position from the start | nil, err
function file:seek(whence, offset) return of(self, 'seek'):seek(whence, offset) end

--- file:stat() → as vol:stat | nil, err
function file:stat()
  of(self, 'stat')
  return self[2]:stat(self[3])
end

--- file:sync() → true | false, err
function file:sync() return truth(of(self, 'sync'):flush()) end

--- file:close() → true | false, err; once more is no error
function file:close() return truth(of(self, 'close'):close()) end

--- file:scanner(split = 'lines') → Scanner | nil, err
function file:scanner(split) return of(self, 'scanner'):scanner(split) end

return fs
