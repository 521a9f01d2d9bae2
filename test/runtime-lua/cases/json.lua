local json = require('json')
local tests = {}

local function refuses(text, what)
  local value, err = json.decode(text)
  assert(value == nil and err, text)
  assert(err:kind() == errors.INTERNAL and err:retryable() == false, text)
  assert(not what or tostring(err):find(what, 1, true), tostring(err))
end

tests['integers stay integers'] = function()
  assert(math.type(json.decode('12')) == 'integer' and math.type(json.decode('-0')) == 'integer')
  assert(json.decode('9223372036854775807') == math.maxinteger and json.decode('-9223372036854775808') == math.mininteger)
  assert(math.type(json.decode('9223372036854775808')) == 'float')
  assert(math.type(json.decode('1.0')) == 'float' and math.type(json.decode('1e2')) == 'float')
end

tests['numbers are written so that they read back'] = function()
  for _, n in ipairs{ 0.1, 0.1 + 0.2, 1 / 3, 1e-300, 1.7976931348623157e308, 123456.789, -2.5 } do
    assert(json.decode(json.encode(n)) == n, n)
  end
  assert(json.encode(1.0) == '1' and json.encode(2^53) == '9007199254740992' and json.encode(math.mininteger) == '-9223372036854775808')
  assert(json.encode{ 0/0, 1/0, -1/0 } == '[null,null,null]')
end

tests['strings are escaped and read back'] = function()
  local all = {}
  for i = 0, 127 do all[#all + 1] = string.char(i) end
  local s = table.concat(all) .. 'é€😀'
  assert(json.decode(json.encode(s)) == s)
  assert(json.encode('"\\\n\1/') == '"\\"\\\\\\n\\u0001/"')
  assert(json.encode('a\xffb\xc3') == '"a\u{FFFD}b\u{FFFD}"')
end

tests['long strings are looked at in pieces'] = function()
  for _, size in ipairs{ 65533, 65534, 65535, 65536, 65537, 131070, 131072 } do
    for _, c in ipairs{ 'é', '€', '😀' } do
      local s = ('x'):rep(size) .. c .. ('y'):rep(70000) .. c
      assert(json.encode(s) == '"' .. s .. '"', size .. c)
      local cut = c:sub(1, -2)
      local marks = ('\u{FFFD}'):rep(#cut)
      assert(json.encode(('x'):rep(size) .. cut .. ('y'):rep(70000) .. cut) == '"' .. ('x'):rep(size) .. marks .. ('y'):rep(70000) .. marks .. '"', size .. c)
    end
  end
  local all = ('é'):rep(100000)
  assert(json.encode('a' .. all) == '"a' .. all .. '"')
end

tests['unicode escapes'] = function()
  assert(json.decode('"\\u00e9\\u20AC\\ud83d\\ude00\\u0000"') == 'é€😀\0')
  assert(json.decode('"\\ud83dx\\ude00"') == '\u{FFFD}x\u{FFFD}', 'half a pair')
  refuses('"\\u12g4"')
  refuses('"\\x"')
end

tests['arrays and objects'] = function()
  assert(json.encode{} == '[]' and json.encode{ {}, { a = {} } } == '[[],{"a":[]}]')
  local t = json.decode(' { "a" : [ 1 , null , { } ] , "a\\n" : "b" , "a" : true } ')
  assert(t.a == true and t['a\n'] == 'b', 'the last of equal keys wins')
  local list = json.decode('[1,null,3]')
  assert(list[1] == 1 and list[2] == nil and list[3] == 3)
  assert(json.encode{ [true] = 1 } == '{"true":1}' and json.encode{ [1.5] = 1 } == '{"1.5":1}')
end

tests['tables that are neither list nor object are refused'] = function()
  for what, t in pairs{ sparse = { [1] = 1, [3] = 3 }, ['mixed-key'] = { 1, a = 2 } } do
    local text, err = json.encode(t)
    assert(text == nil and err:kind() == errors.INTERNAL and tostring(err):find(what, 1, true))
  end
end

tests['what JSON has no word for is null, an Error its text'] = function()
  assert(json.encode{ print, coroutine.create(print), require('time').now() } == '[null,null,null]')
  assert(json.encode{ errors.new('no "way"') } == '["no \\"way\\""]')
end

tests['depth is limited both ways'] = function()
  assert(json.decode(('['):rep(129) .. (']'):rep(129)))
  refuses(('['):rep(130) .. (']'):rep(130), 'depth')
  refuses(('{"a":'):rep(100000), 'depth')
  local t = {}
  t[1] = t
  local text, err = json.encode(t)
  assert(text == nil and tostring(err):find('recursive', 1, true))
end

tests['only JSON is read'] = function()
  for _, text in ipairs{
    'nul', 'True', '01', '-01', '1.', '.5', '+1', '1e', '0x10', '-', '[1,]', '[,1]', '[1 2]', '{"a":1,}', '{"a"}', '{a:1}', '{"a":1 "b":2}',
    '[', '{', '"', '"a', '"a\nb"', '[1]]', '1 2', ' ', '\xef\xbb\xbf1', "'a'", 'NaN', '1e999',
  } do
    refuses(text)
  end
  refuses('[1, x]', 'byte 5')
end

tests['two coroutines may encode at once'] = function()
  local texts = {}
  for i = 1, 2 do
    local co = coroutine.wrap(function() texts[i] = json.encode{ i, { i } } end)
    co()
  end
  assert(texts[1] == '[1,[1]]' and texts[2] == '[2,[2]]')
end

local schema = {
  type = 'object',
  properties = { name = { type = 'string' }, tags = { type = 'array' }, settings = { type = 'object' } },
  required = { 'name' },
}

tests['empty tables are lists or objects, as the schema wants'] = function()
  assert(json.validate(schema, { name = 'a', tags = {} }))
  assert(json.validate(schema, { name = 'a', settings = {} }))
  local ok, err = json.validate(schema, {})
  assert(ok == false and tostring(err):find('name', 1, true))
end

tests['a refusal says what and where'] = function()
  local ok, err = json.validate(schema, { name = 'a', tags = 1 })
  assert(ok == false and err:kind() == errors.INVALID and err:retryable() == false)
  assert(tostring(err):find('tags', 1, true))
end

tests['a bad schema is Invalid'] = function()
  for _, bad in ipairs{ '{', '1', '{"$ref":"#/nowhere"}', '{"pattern":"("}' } do
    local ok, err = json.validate(bad, 'x')
    assert(ok == false and err:kind() == errors.INVALID, bad)
  end
  assert(select(2, json.validate(12, 'x')):kind() == errors.INVALID)
  assert(select(2, json.validate({ 1, a = 2 }, 'x')):kind() == errors.INVALID)
  assert(select(2, json.validate(nil, 'x')):message() == 'schema is required')
  assert(select(2, json.validate_string(schema, 1)):message() == 'data must be a JSON string')
  assert(select(2, json.validate_string(schema, '{')):kind() == errors.INVALID)
end

return tests
