-- Digests and HMACs, computed by the host over exactly the bytes given; FNV-1 here. hash.fnv64 is the 64-bit pattern as a Lua integer, so
-- values above 2^63 are negative.
local host = ...
local errors = host.require_runtime('errors')
local ask, byte, type = host.ask, string.byte, type

local hash = {}

for name in string.gmatch('md5 sha1 sha256 sha512', '%w+') do
  hash[name] = function(data, raw)
    if type(data) ~= 'string' then return errors.fail(errors.INVALID, 'data must be a string') end
    return ask('hash.digest', name, data, raw and true or false)
  end
  hash['hmac_' .. name] = function(data, secret, raw)
    if type(data) ~= 'string' then return errors.fail(errors.INVALID, 'data must be a string') end
    if type(secret) ~= 'string' then return errors.fail(errors.INVALID, 'secret must be a string') end
    return ask('hash.hmac', name, data, secret, raw and true or false)
  end
end

--- hash.fnv32(s) → integer
function hash.fnv32(data)
  if type(data) ~= 'string' then return errors.fail(errors.INVALID, 'data must be a string') end
  local h = 0x811c9dc5
  for i = 1, #data do h = h * 0x01000193 & 0xffffffff ~ byte(data, i) end
  return h
end

--- hash.fnv64(s) → integer
function hash.fnv64(data)
  if type(data) ~= 'string' then return errors.fail(errors.INVALID, 'data must be a string') end
  local h = 0xcbf29ce484222325
  for i = 1, #data do h = h * 0x100000001b3 ~ byte(data, i) end
  return h
end

return hash
