-- Base64 as in RFC 4648 with padding. Line breaks in the input are skipped, anything else outside the alphabet is Invalid.
local host = ...
local errors = host.require_runtime('errors')
local byte, char, find, gsub, rep, sub = string.byte, string.char, string.find, string.gsub, string.rep, string.sub
local concat, pack, type, unpack = table.concat, string.pack, type, string.unpack

local base64 = {}
local code, value -- sextet → byte and byte → sextet, made on first use

local function prepare()
  code, value = {}, {}
  local alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
  for i = 0, 63 do
    local b = byte(alphabet, i + 1)
    code[i], value[b] = b, i
  end
end

--- base64.encode(s) → string | nil, err
function base64.encode(s)
  if type(s) ~= 'string' then return errors.fail(errors.INVALID, 'string expected') end
  if not code then prepare() end
  local c, out, n, size = code, {}, 0, #s
  local whole = size - size % 6
  for i = 1, whole, 6 do
    local x = unpack('>I6', s, i)
    n = n + 1
    out[n] = char(
      c[x >> 42], c[x >> 36 & 63], c[x >> 30 & 63], c[x >> 24 & 63], c[x >> 18 & 63], c[x >> 12 & 63], c[x >> 6 & 63], c[x & 63])
  end
  for i = whole + 1, size, 3 do
    local a, b, d = byte(s, i, i + 2)
    local x = a << 16 | (b or 0) << 8 | (d or 0)
    n = n + 1
    out[n] = char(c[x >> 18], c[x >> 12 & 63], b and c[x >> 6 & 63] or 61, d and c[x & 63] or 61)
  end
  return concat(out)
end

local function illegal(at)
  return errors.fail(errors.INVALID, 'illegal base64 data at input byte ' .. at, 'decode failed')
end

--- base64.decode(s) → string | nil, err
function base64.decode(s)
  if type(s) ~= 'string' then return errors.fail(errors.INVALID, 'string expected') end
  if not code then prepare() end
  if find(s, '[\r\n]') then s = gsub(s, '[\r\n]+', '') end
  local stop = find(s, '[^A-Za-z0-9+/]') or #s + 1 -- first byte that is padding, wrong or missing
  local padding = #s - stop + 1
  if #s % 4 ~= 0 or padding > 2 or sub(s, stop) ~= rep('=', padding) then return illegal(stop - 1) end
  local v, out, n = value, {}, 0
  local whole = (stop - 1) // 8 * 8
  for i = 1, whole, 8 do
    local a, b, c, d, e, f, g, h = byte(s, i, i + 7)
    n = n + 1
    out[n] = pack('>I6', v[a] << 42 | v[b] << 36 | v[c] << 30 | v[d] << 24 | v[e] << 18 | v[f] << 12 | v[g] << 6 | v[h])
  end
  for i = whole + 1, stop - 1, 4 do
    local a, b, c, d = byte(s, i, i + 3)
    local x = v[a] << 18 | v[b] << 12 | (v[c] or 0) << 6 | (v[d] or 0)
    n = n + 1
    out[n] = sub(pack('>I3', x), 1, c == 61 and 1 or d == 61 and 2 or 3)
  end
  return concat(out)
end

return base64
