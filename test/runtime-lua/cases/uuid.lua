local uuid = require('uuid')
local tests = {}
local dns = '6ba7b810-9dad-11d1-80b4-00c04fd430c8'

tests['named UUIDs are those of RFC 9562'] = function()
  assert(uuid.v3(dns, 'www.example.com') == '5df41881-3aed-3515-88a7-2f4a814cf09e')
  assert(uuid.v5(dns, 'www.example.com') == '2ed6657d-e927-568b-95e1-2665a8aea6a2')
  assert(uuid.v5('urn:uuid:' .. dns:upper(), 'www.example.com') == '2ed6657d-e927-568b-95e1-2665a8aea6a2')
end

tests['all ways of writing one are read'] = function()
  for _, s in ipairs{ dns, dns:upper(), '{' .. dns .. '}', 'urn:uuid:' .. dns, (dns:gsub('-', '')) } do
    assert(uuid.validate(s) and uuid.format(s) == dns, s)
  end
  for _, s in ipairs{ '{' .. dns, dns .. '0', dns:gsub('-', '_'), 'urn:uuid-' .. dns, ('g'):rep(32) } do assert(not uuid.validate(s), s) end
end

tests['time and node are read'] = function()
  local v1 = uuid.parse(dns)
  assert(v1.timestamp == 886630433 and v1.node == '00c04fd430c8' and v1.version == 1 and v1.variant == 'RFC4122')
  local v7 = uuid.parse('017f22e2-79b0-7cc3-98c4-dc0c0c07398f')
  assert(v7.timestamp == 1645557742 and v7.version == 7 and v7.node == nil)
  assert(uuid.parse(uuid.v1()).timestamp == 1735484645 and uuid.parse(uuid.v7()).timestamp == 1735484645)
end

tests['variants'] = function()
  local function variant(digit) return uuid.variant('6ba7b810-9dad-11d1-' .. digit .. '0b4-00c04fd430c8') end
  assert(variant('0') == 'NCS' and variant('8') == 'RFC4122' and variant('b') == 'RFC4122')
  assert(variant('c') == 'Microsoft' and variant('e') == 'Invalid')
end

tests['those of time grow'] = function()
  local last = ''
  for _ = 1, 20 do
    local id = uuid.v7()
    assert(id > last)
    last = id
  end
  assert(uuid.v1() ~= uuid.v1())
end

return tests
