local tests = {}
local format = payload.format

tests['a value keeps its identity'] = function()
  local t = { 1 }
  assert(payload.new(t):data() == t and payload.wrap(t):unmarshal() == t)
  assert(type(payload.new(t)) == 'userdata' and tostring(payload.new(t)) == 'payload{format=lua/any}')
end

tests['JSON there and back'] = function()
  local json = payload.new({ a = { 1, 2 } }):transcode(format.JSON)
  assert(json:get_format() == format.JSON)
  assert(json:data().a[2] == 2)
  assert(json:transcode(format.LUA):data().a[1] == 1)
end

tests['msgpack there and back'] = function()
  local packed = payload.new({ a = 1 }):transcode(format.MSGPACK)
  assert(packed:get_format() == format.MSGPACK and packed:data().a == 1)
end

tests['text of plain values only'] = function()
  assert(payload.new(12):transcode(format.STRING):data() == '12')
  local none, err = payload.new({}):transcode(format.STRING)
  assert(none == nil and err:kind() == errors.INTERNAL and err:retryable() == false)
end

tests['an unknown format is refused'] = function()
  local none, err = payload.new(1):transcode('image/png')
  assert(none == nil and err:kind() == errors.INTERNAL and tostring(err):find('image/png', 1, true))
end

tests['what cannot be transcoded says why'] = function()
  local none, err = payload.new({ 1, a = 2 }):transcode(format.JSON)
  assert(none == nil and tostring(err):find('^transcode failed: .*mixed%-key'))
end

tests['false and nil are values'] = function()
  assert(payload.new(false):data() == false and payload.new(nil):data() == nil)
  assert(payload.new(false):transcode(format.JSON):data() == false)
end

tests['a lazy payload is decoded when it is looked at'] = function()
  local bytes = host.encode('first', errors.new('second'))
  local first, second = payload.lazy(bytes, 1), payload.lazy(bytes, 2)
  assert(first:data() == 'first' and first:get_format() == format.LUA)
  assert(second:get_format() == format.ERROR and second:data():message() == 'second')
end

return tests
