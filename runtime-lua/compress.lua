-- gzip, deflate, zlib, brotli and zstd: each has encode(s, { level = }) and decode(s, { max_size = }), which give a string, or nil and an Error.
local host = ...
local argument = host.require_runtime('argument')
local errors = host.require_runtime('errors')
local ask, fail, INVALID = host.ask, errors.fail, errors.INVALID
local ipairs = ipairs

local compress = {}

local function verb(name, method)
  local op = 'compress.' .. name .. '.' .. method
  return function(data, options)
    data = argument.string(data, 1, method)
    if options ~= nil then argument.table(options, 2, method) end
    if data == '' then return fail(INVALID, 'data is empty') end
    return ask(op, '', data, options)
  end
end

for _, name in ipairs{ 'gzip', 'deflate', 'zlib', 'brotli', 'zstd' } do
  compress[name] = { encode = verb(name, 'encode'), decode = verb(name, 'decode') }
end

--- compress.zstd.train_dict(samples, { size =, id = }?) → dictionary | nil, err
function compress.zstd.train_dict(samples, options)
  argument.table(samples, 1, 'train_dict')
  if options ~= nil then argument.table(options, 2, 'train_dict') end
  return ask('compress.zstd.train_dict', '', samples, options)
end

--- compress.zstd.inspect_dict(dictionary) → { id, content_size } | nil, err
function compress.zstd.inspect_dict(dict)
  return ask('compress.zstd.inspect_dict', '', argument.string(dict, 1, 'inspect_dict'))
end

return compress
