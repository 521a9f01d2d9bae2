local base64 = require('base64')
local tests = {}

tests['every byte, at every length'] = function()
  local all = {}
  for i = 0, 255 do all[i + 1] = string.char(i) end
  local s = table.concat(all)
  for n = 0, 40 do
    local part = s:sub(250 - n, 249)
    assert(base64.decode(base64.encode(part)) == part, n)
  end
  assert(base64.decode(base64.encode(s)) == s)
  assert(base64.encode('\xfb\xff\xfe') == '+//+')
end

tests['line breaks are skipped'] = function()
  assert(base64.decode('aGVs\r\nbG8=\n') == 'hello')
end

tests['what is not base64 is Invalid'] = function()
  for _, text in ipairs{ 'a', 'ab', 'abc', 'a===', '=', '====', 'ab=c',
    'abcd=', 'ab==cd==', 'a b=', 'YQ=', 'YQ', 'YQ===', 'aGVsbG8-', '\0\0\0\0' } do
    local s, err = base64.decode(text)
    assert(s == nil and err:kind() == errors.INVALID, text)
    assert(tostring(err):find('illegal base64 data at input byte %d+'), text)
  end
  assert(select(2, base64.decode(1)):kind() == errors.INVALID and select(2, base64.encode()):kind() == errors.INVALID)
end

return tests
