-- Buckets of S3 by the ids of their entries.
--
-- A Storage is {id}; released, it has no id.
local host = ...
local argument = host.require_runtime('argument')
local errors = host.require_runtime('errors')
local ask, fail, INVALID = host.ask, errors.fail, errors.INVALID
local getmetatable, setmetatable, type = getmetatable, setmetatable, host.type

local cloudstorage = {}

local STORAGE = 'cloudstorage.Storage'
local methods = {}
local Storage = host.userdata{
  __name = STORAGE,
  __metatable = STORAGE,
  __index = methods,
  __tostring = function(self) return self[1] and 'cloudstorage.Storage{}' or 'cloudstorage.Storage{released}' end,
}

--- cloudstorage.get(id) → Storage | nil, err
function cloudstorage.get(id)
  id = argument.string(id, 1, 'get')
  if id == '' then return fail(INVALID, 'resource id is required') end
  local ok, err = ask('cloudstorage.get', id)
  if not ok then return nil, err end
  return setmetatable({ id }, Storage)
end

-- The id of a storage, or nil, err.
local function open(self, method)
  local id = argument.object(self, STORAGE, method)[1]
  if id then return id end
  return fail(INVALID, 'storage has been released')
end

-- The same and a key, or nil, err.
local function place(self, key, method)
  local id, err = open(self, method)
  if not id then return nil, err end
  key = argument.string(key, 1, method)
  if key == '' then return fail(INVALID, 'key is required') end
  return id, key
end

local function options_of(value, n, method)
  return value == nil and {} or argument.table(value, n, method)
end

-- The number of a stream, or of the stream of a file; nil for anything else.
local function number_of(value)
  if getmetatable(value) == 'fs.File' then value = value[1] end
  if getmetatable(value) == 'stream.Stream' then return value[1] end
end

--- storage:list_objects{ prefix =, max_keys =, continuation_token =, include_owner =, include_versions = }
---   → { objects, is_truncated, next_continuation_token } | nil, err
function methods:list_objects(options)
  local id, err = open(self, 'list_objects')
  if not id then return nil, err end
  local o = options_of(options, 1, 'list_objects')
  return ask('cloudstorage.list', id, o.prefix or '', o.max_keys or 0, o.continuation_token or '', o.include_owner == true, o.include_versions == true)
end

--- storage:head_object(key) → { size, etag, content_type, …, metadata, headers } | nil, err
function methods:head_object(key)
  local id, known = place(self, key, 'head_object')
  if not id then return nil, known end
  return ask('cloudstorage.head', id, known)
end

--- storage:download_object(key, a file or stream, { range =, if_match =, if_none_match = }) → true | nil, err
function methods:download_object(key, writer, options)
  local id, known = place(self, key, 'download_object')
  if not id then return nil, known end
  local o = options_of(options, 3, 'download_object')
  local number = number_of(writer)
  if not number then return fail(INVALID, 'a writer is a file or a stream that is open') end
  return ask('cloudstorage.download', id, known, number, o.range or '', o.if_match or '', o.if_none_match or '')
end

--- storage:upload_object(key, text, file or stream, { content_type =, metadata =, only_if_absent =, … }) → true | nil, err
function methods:upload_object(key, content, options)
  local id, known = place(self, key, 'upload_object')
  if not id then return nil, known end
  local o = options_of(options, 3, 'upload_object')
  local absent = o.only_if_absent and '*' or o.if_none_match or ''
  if type(content) == 'string' then return ask('cloudstorage.upload', id, known, content, 0, o.if_match or '', absent, o) end
  local number = number_of(content)
  if not number then return fail(INVALID, 'content is text, or a file or stream that is open') end
  return ask('cloudstorage.upload', id, known, nil, number, o.if_match or '', absent, o)
end

--- storage:delete_objects(keys) → true | nil, err; what is not there is no error
function methods:delete_objects(keys)
  local id, err = open(self, 'delete_objects')
  if not id then return nil, err end
  return ask('cloudstorage.delete', id, argument.table(keys, 1, 'delete_objects'))
end

--- storage:presigned_get_url(key, { expiration = seconds }) → address | nil, err
function methods:presigned_get_url(key, options)
  local id, known = place(self, key, 'presigned_get_url')
  if not id then return nil, known end
  return ask('cloudstorage.presign_get', id, known, options_of(options, 2, 'presigned_get_url').expiration)
end

--- storage:presigned_put_url(key, { expiration =, content_type =, content_length = }) → address | nil, err
function methods:presigned_put_url(key, options)
  local id, known = place(self, key, 'presigned_put_url')
  if not id then return nil, known end
  local o = options_of(options, 2, 'presigned_put_url')
  return ask('cloudstorage.presign_put', id, known, o.expiration, o.content_type, o.content_length)
end

--- storage:release() → true
function methods:release()
  argument.object(self, STORAGE, 'release')[1] = nil
  return true
end

return cloudstorage
