local hash = require('hash')
local tests = {}

tests['digests are of exactly the bytes given'] = function()
  assert(hash.sha1('\0') == '5ba93c9db0cff93f52b521d7420e43f6eda2784f' and hash.sha1('\xff') == '85e53271e14006f0265921d02d4d736cdc580b0b')
  assert(hash.md5('é') == '66ddcd97cfdeabb2f6fb8a999b4bc76f')
  assert(hash.md5('hello', true) == ('5d41402abc4b2a76b9719d911017c592'):gsub('%x%x', function(h) return string.char(tonumber(h, 16)) end))
end

tests['HMAC as in RFC 4231'] = function()
  assert(hash.hmac_sha256('what do ya want for nothing?', 'Jefe') == '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843')
end

tests['FNV-1'] = function()
  assert(hash.fnv32('') == 0x811c9dc5 and hash.fnv32('a') == 0x050c5d7e and hash.fnv32('foobar') == 0x31f0b262)
  assert(hash.fnv64('') == 0xcbf29ce484222325 and hash.fnv64('a') == 0xaf63bd4c8601b7be and hash.fnv64('foobar') == 0x340d8765a4dda9c2)
end

tests['only strings are hashed'] = function()
  for name, f in pairs(hash) do
    local value, err = f(12, 'x')
    assert(value == nil and err:kind() == errors.INVALID, name)
  end
  assert(select(2, hash.hmac_md5('x')):message() == 'secret must be a string')
end

return tests
