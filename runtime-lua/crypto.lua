-- Random values, encryption that notices changes, keys from passwords, signed tokens; all of it computed by the host.
local host = ...
local ask, ipairs = host.ask, ipairs

local crypto = { random = {}, hmac = {}, encrypt = {}, decrypt = {}, jwt = {} }

function crypto.random.bytes(length) return ask('crypto.random_bytes', '', length) end
function crypto.random.string(length, charset) return ask('crypto.random_string', '', length, charset) end
function crypto.random.uuid() return ask('crypto.random_uuid', '') end

for _, name in ipairs{ 'sha256', 'sha512' } do
  --- crypto.hmac.sha256(key, data) → hexadecimal text | nil, err
  crypto.hmac[name] = function(key, data) return ask('crypto.hmac', name, key, data) end
end

for _, name in ipairs{ 'aes', 'chacha20' } do
  --- (data, key, additional data?) → nonce, what is encrypted, tag in one text | nil, err
  crypto.encrypt[name] = function(data, key, aad) return ask('crypto.encrypt', name, data, key, aad) end
  crypto.decrypt[name] = function(data, key, aad) return ask('crypto.decrypt', name, data, key, aad) end
end

--- crypto.jwt.encode(claims, key, algorithm = "HS256") → token | nil, err
function crypto.jwt.encode(claims, key, algorithm) return ask('crypto.jwt_encode', '', claims, key, algorithm) end
--- crypto.jwt.verify(token, key, algorithm = "HS256", must it have an expiry = true) → claims | nil, err
function crypto.jwt.verify(token, key, algorithm, needs_expiry) return ask('crypto.jwt_verify', '', token, key, algorithm, needs_expiry) end

--- crypto.pbkdf2(password, salt, iterations, key length, "sha256" | "sha512") → bytes | nil, err
function crypto.pbkdf2(password, salt, iterations, length, hash) return ask('crypto.pbkdf2', '', password, salt, iterations, length, hash) end
function crypto.constant_time_compare(a, b) return ask('crypto.compare', '', a, b) end

return crypto
