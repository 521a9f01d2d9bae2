local tests = {}

tests['text shows the contexts, outermost first'] = function()
  local inner = errors.new{ message = 'disk full', kind = errors.UNAVAILABLE, retryable = true, details = { path = '/tmp' } }
  local outer = errors.wrap(errors.wrap(inner, 'write log'), 'start')
  assert(tostring(outer) == 'start: write log: disk full')
  assert(outer:message() == 'disk full' and outer:kind() == 'Unavailable' and outer:retryable() == true)
  assert(outer:details().path == '/tmp')
  assert(tostring(inner) == 'disk full', 'wrapping leaves the inner error as it was')
end

tests['what is not an Error becomes one when wrapped'] = function()
  local err = errors.wrap('boom', 'context')
  assert(err:kind() == '' and err:retryable() == nil and tostring(err) == 'context: boom')
  assert(errors.wrap(nil, 'context') == nil)
end

tests['a first argument that is no table is the message'] = function()
  assert(errors.new('Invalid', 'text'):message() == 'Invalid')
  assert(errors.new(12):message() == '12')
end

tests['errors join with text and numbers'] = function()
  local err = errors.new('a')
  assert('<' .. err .. '>' == '<a>' and err .. 1 == 'a1' and 1 .. err == '1a' and err .. err == 'aa')
  assert(not pcall(function() return err .. {} end))
end

tests['string functions take an error for a string'] = function()
  local err = errors.new('process not found')
  assert(string.find(err, 'not found') == 9)
  assert(string.match(err, '(%a+)$') == 'found')
  assert(string.gsub(err, 'not ', '') == 'process found')
  assert(string.upper(err) == 'PROCESS NOT FOUND' and string.len(err) == 17 and string.rep(err, 2, '|'):find('|', 1, true))
  assert(string.format('%s', err) == 'process not found')
  assert(err:find('not', 1, true) == 9 and err:sub(1, 7) == 'process')
  assert(string.find('abc', 'b') == 2 and ('abc'):find('b') == 2)
  assert(not pcall(string.find, {}, 'b'))
end

tests['kinds are compared on Errors only'] = function()
  local err = errors.wrap(errors.new{ message = 'x', kind = errors.TIMEOUT }, 'y')
  assert(errors.is(err, errors.TIMEOUT) and not errors.is(err, errors.INTERNAL))
  assert(not errors.is({ 'Timeout' }, errors.TIMEOUT))
  assert(errors.is_error(err) and not errors.is_error('x'))
end

tests['the stack says where the error was made and on whose behalf'] = function()
  local function inner()
    local err = errors.new('x')
    return err
  end
  local function outer()
    local err = inner()
    return err
  end
  local err = outer()
  local frames = errors.call_stack(err).frames
  assert(#frames >= 3)
  assert(frames[1].source == 'cases/errors.lua' and math.type(frames[1].line) == 'integer')
  assert(frames[1].line < frames[2].line)
  assert(err:stack():find('cases/errors.lua:%d+'))
  assert(errors.call_stack('x') == nil)
end

tests['an Error is opaque'] = function()
  local err = errors.new('x')
  assert(type(err) == 'userdata')
  assert(not pcall(setmetatable, err, {}))
  assert(err.nothing == nil)
end

return tests
