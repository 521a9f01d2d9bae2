// Plain values across the border of a process: what Lua writes the host reads, and back, to the bit.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { decodeAll, encodeAll, Float } from '../../src/msgpack.ts'
import { LuaProcess, MiB, runLua } from './lua-process.ts'
import { randomFrom } from './random-program.ts'
import { echo, hex, one, plain, seen, written } from './values.ts'

const test = suite('codec')

test('integers are written in the shortest form, at every boundary', () => {
  const forms: Readonly<Record<string, string>> = {
    '0': '00',
    '127': '7f',
    '128': 'cc80',
    '255': 'ccff',
    '256': 'cd0100',
    '65535': 'cdffff',
    '65536': 'ce00010000',
    '4294967295': 'ceffffffff',
    '4294967296': 'd30000000100000000',
    'math.maxinteger': 'd37fffffffffffffff',
    '-1': 'ff',
    '-32': 'e0',
    '-33': 'd0df',
    '-128': 'd080',
    '-129': 'd1ff7f',
    '-32768': 'd18000',
    '-32769': 'd2ffff7fff',
    '-2147483648': 'd280000000',
    '-2147483649': 'd3ffffffff7fffffff',
    'math.mininteger': 'd38000000000000000',
  }
  for (const [expression, form] of Object.entries(forms)) assert.is(written(expression), form, expression)
})

test('every integer format is read, the signed and the unsigned', () => {
  const forms: Readonly<Record<string, string>> = {
    '00': '0',
    '7f': '127',
    e0: '-32',
    ff: '-1',
    ccff: '255',
    cdffff: '65535',
    ceffffffff: '4294967295',
    cf7fffffffffffffff: '9223372036854775807',
    cf0000000000000001: '1',
    d080: '-128',
    d07f: '127',
    d18000: '-32768',
    d280000000: '-2147483648',
    d38000000000000000: '-9223372036854775808',
    d30000000000000007: '7',
  }
  for (const [form, value] of Object.entries(forms))
    assert.equal(seen(one(form), `{ math.type(value), tostring(value) }`), ['integer', value], form)
})

test('floats stay floats: whole ones, -0, infinity, the smallest, the largest, not-a-number', () => {
  const forms: Readonly<Record<string, string>> = {
    '1.0': 'cb3ff0000000000000',
    '-0.0': 'cb8000000000000000',
    'math.huge': 'cb7ff0000000000000',
    '-math.huge': 'cbfff0000000000000',
    '5e-324': 'cb0000000000000001',
    '1.7976931348623157e308': 'cb7fefffffffffffff',
    '2^53': 'cb4340000000000000',
  }
  for (const [expression, form] of Object.entries(forms)) {
    assert.is(written(expression), form, expression)
    assert.equal(
      seen(one(form), `{ math.type(value), value == ${expression}, 1 / value == 1 / (${expression}) }`),
      ['float', true, true],
      expression,
    )
  }
  assert.match(written('0/0'), /^cb[7f]ff8000000000000$/)
  assert.equal(seen(one('cb7ff8000000000000'), `{ math.type(value), value ~= value }`), ['float', true])
  assert.equal(seen(one('ca3fc00000'), `{ math.type(value), value }`), ['float', 1.5])
  assert.equal(seen(encodeAll([new Float(3)]), 'math.type(value)'), 'float')
})

test('strings of every length come back as they were, bytes that are no text too', () => {
  for (const length of [0, 1, 31, 32, 255, 256, 65535, 65536, 300_000]) {
    const payload = encodeAll(['x'.repeat(length)])
    assert.is(hex(echo(payload)[0]!.slice(0, 10)), hex(payload.slice(0, 10)), `${length}`)
    assert.is(echo(payload)[0]!.length, payload.length, `${length}`)
  }
  const bytes = Uint8Array.from({ length: 256 }, (_, i) => i)
  assert.equal(decodeAll(echo(encodeAll([bytes]))[0]!), [bytes])
  assert.is(seen(encodeAll([bytes]), '#value'), 256)
  assert.is(written(`'\\0\\255'`), 'a200ff')
})

test('a table is an array when its keys are 1…n, wherever Lua keeps them', () => {
  const arrays: Readonly<Record<string, string>> = {
    '{ 1, 2, 3 }': '93010203',
    '{ [1] = 1, [2] = 2 }': '920102',
    '{ [3] = 3, [2] = 2, [1] = 1 }': '93010203',
    '(function() local t = { x = 1, 1, 2 } t.x = nil return t end)()': '920102',
    '(function() local t = {} for i = 1, 20 do t[i] = 0 end for i = 20, 3, -1 do t[i] = nil end return t end)()': '920000',
    '{ { }, {{}} }': '92809180',
    'table.pack().n': '00',
  }
  for (const [expression, form] of Object.entries(arrays)) assert.is(written(expression), form, expression)
})

test('no key of a table is lost, whatever it is called and wherever it lies', () => {
  const random = randomFrom(5)
  const names = Array.from({ length: 40 }, () =>
    Math.floor(random() * 36 ** 4)
      .toString(36)
      .replace(/^\d/, 'k'),
  )
  const source = `
    local names, out = { ... }, {}
    for _, name in ipairs(names) do
      for n = 1, 4 do
        local a, b, c = {}, { [name] = true }, {}
        for i = 1, n do a[i] = i b[i] = i c[n + 1 - i] = n + 1 - i end
        a[name], c[name] = true, true
        out[#out + 1] = { name, n, a, b, c }
      end
    end
    return out`
  for (const [name, n, ...tables] of runLua(source, { args: names }) as [string, number, ...unknown[]][]) {
    for (const table of tables) {
      assert.ok(table instanceof Map, `${name} ${n}`)
      assert.equal([table.size, table.get(name), table.get(1), table.get(n)], [n + 1, true, 1, n], `${name} ${n}`)
    }
  }
})

test('sparse and mixed tables, and keys of other types, are maps', () => {
  const value = runLua(
    `return { { [1] = 'a', [1000] = 'b' }, { 'x', key = 'y' }, { [true] = 1, [1.5] = 2, [-1] = 3, [2^53] = 4 }, { [math.maxinteger] = 1 } }`,
  )
  assert.equal(
    plain(value),
    [
      new Map([
        [1, 'a'],
        [1000, 'b'],
      ]),
      new Map<unknown, unknown>([
        [1, 'x'],
        ['key', 'y'],
      ]),
      new Map<unknown, unknown>([
        [true, 1],
        [1.5, 2],
        [-1, 3],
        [2n ** 53n, 4],
      ]),
      new Map([[9223372036854775807n, 1]]),
    ].map(plain),
  )
})

test('maps and arrays of every size are written and read', () => {
  for (const n of [0, 1, 15, 16, 17, 255, 1000, 65535, 65536]) {
    const source = `local t, m = {}, {} for i = 1, ${n} do t[i] = i % 100 m['k' .. i] = i % 100 end return { t, m }`
    const [list, map] = runLua(source, { hardFuel: 1 << 28 }) as [unknown[], Record<string, number>]
    assert.is(n === 0 ? 0 : list.length, n)
    assert.is(Object.keys(map).length, n)
    const array = Array.from({ length: n }, (_, i) => i % 100)
    if (n > 0) assert.equal(decodeAll(echo(encodeAll([array]))[0]!), [array])
    const object = Object.fromEntries(array.map((value, i) => [`k${i}`, value]))
    assert.is(seen(encodeAll([object]), '(function() local n = 0 for k in pairs(value) do n = n + 1 end return n end)()'), n)
  }
})

test('holes in a list are nil, and stay where they are', () => {
  assert.is(written('{ 1, nil, 3 }'), '9301c003')
  assert.equal(seen(encodeAll([[1, null, 3]]), '{ value[1], value[2] == nil, value[3] }'), [1, true, 3])
})

test('of a key that comes twice the last value counts, and nil is none', () => {
  const keys = '(function() local n = 0 for _ in pairs(value) do n = n + 1 end return n end)()'
  assert.equal(seen(one('83 a26161 01 a26162 02 a26161 03'), `{ value.aa, value.ab, ${keys} }`), [3, 2, 2])
  assert.equal(seen(one('83 a26161 01 a26162 02 a26161 c0'), `{ value.aa == nil, value.ab, ${keys} }`), [true, 2, 1])
  assert.equal(seen(one('84 01 a161 cb3ff0000000000000 a162 c3 03 c2 c0'), `{ value[1], value[true], ${keys} }`), ['b', 3, 2])
})

test('a table that came is like one that was made here: keys in the same order, methods found', () => {
  const random = randomFrom(7)
  const names = Array.from({ length: 60 }, () => Math.floor(random() * 36 ** 5).toString(36))
  for (let n = 1; n <= names.length; n += 1 + (n >> 3)) {
    const object = Object.fromEntries(names.slice(0, n).map((name, i) => [`_${name}`, i]))
    const made = Object.entries(object).map(([name, i]) => `${name} = ${i}`)
    const here = `{ ${made.join(', ')} }`
    const order = (value: string): string =>
      `(function() local keys = {} for key in pairs(${value}) do keys[#keys + 1] = key end return keys end)()`
    assert.equal(seen(encodeAll([object]), order('value')), seen(encodeAll([0]), order(here)), String(n))
  }
  const meta = one('81 a7 5f5f696e646578 81 a161 07')
  assert.equal(seen(meta, `(function() local t = setmetatable({}, value) return { t.a, t.b == nil } end)()`), [7, true])
})

test('what is made of a message while the memory is full is whole: Lua collects all that is left over', () => {
  const source = `
    local ch = process.listen('value')
    for i = 1, 2 do
      local value, list = ch:receive(), {}
      for n = 1, 300 do list[n] = { n } end
      if i == 1 then value = nil else return value end
    end`
  const message = Array.from({ length: 2500 }, (_, i) => ({
    [`key ${i}`]: [`text ${i}`, 'x'.repeat(60)],
    same: i,
    [`other ${i}`]: { a: { b: 'c' } },
  }))
  const process = new LuaProcess(source, { memoryBytes: 3.5 * MiB, hardFuel: 1 << 28 })
  process.run()
  process.post('value', encodeAll([message])).run(1 << 24)
  process.post('value', encodeAll([message]))
  assert.equal(plain(process.result(1 << 24)), plain(message))
  process.close()
})

const LISTENER = `
  local ch = process.listen('value')
  ch:receive()
  local value = ch:receive()
  return type(value) == 'table' and #value or type(value)`

/** What a listener says of bytes that are all of a message, and the units it took to read them. */
const heard = (payload: Uint8Array, memoryBytes = 32 * MiB): { readonly result: unknown; readonly units: number } => {
  const process = new LuaProcess(LISTENER, { memoryBytes })
  process.run()
  process.post('value', encodeAll([1])).run()
  const before = process.spent
  const result = process.post('value', payload).result()
  process.close()
  return { result, units: process.spent - before }
}

test('a long list has its room at once: each element is paid for a few times, not once for each time it grew', () => {
  const units = (n: number): number => {
    const { result, units } = heard(encodeAll([Array.from({ length: n }, () => 1)]))
    assert.is(result, n)
    return units
  }
  assert.ok((units(150_000) - units(50_000)) / 100_000 < 5.6, `${(units(150_000) - units(50_000)) / 100_000} units an element`)
})

test('lists that claim more than there is get no room for it, however deep they lie in each other', () => {
  const bytes = new Uint8Array(100_000).fill(0xc0)
  bytes[0] = 0x91
  for (let depth = 0; depth < 100; depth++) {
    const at = 1 + depth * 5
    bytes[at] = 0xdd
    new DataView(bytes.buffer).setUint32(at + 1, bytes.length - at - 5)
  }
  assert.is(heard(bytes, 4 * MiB).result, 'nil')
})

test('values made at random come back the same', () => {
  const random = randomFrom(99)
  const int = (n: number): number => Math.floor(random() * n)
  const leaf = (): unknown =>
    [
      () => int(1000) - 500,
      () => random() * 1e9,
      () => 'é'.repeat(int(40)),
      () => random() < 0.5,
      () => BigInt(int(2 ** 31)) * 2n ** 31n + 2n ** 54n,
      () => -(2 ** int(53)),
      () => 'x'.repeat(int(400)),
    ][int(7)]!()
  const value = (depth: number): unknown => {
    if (depth === 0 || random() < 0.3) return leaf()
    const items = Array.from({ length: 1 + int(6) }, () => value(depth - 1))
    if (random() < 0.5) return items
    return Object.assign(Object.create(null), Object.fromEntries(items.map((item, i) => [`key ${i} ${int(100)}`, item])))
  }
  const payloads = Array.from({ length: 300 }, () => [value(4)])
  const back = echo(...payloads.map((each) => encodeAll(each)))
  for (const [i, payload] of payloads.entries())
    assert.equal(plain(decodeAll(back[i]!)), plain(decodeAll(encodeAll(payload))), `value ${i}`)
})

test('a table is written as what it holds, however it was made', () => {
  const made: Readonly<Record<string, unknown>> = {
    'local t = {} for i = 1, 5 do t[i] = i end return t': [1, 2, 3, 4, 5],
    'local t = {} for i = 5, 1, -1 do t[i] = i end return t': [1, 2, 3, 4, 5],
    'local t = { 1, 2, 3, 4, 5, 6, 7, 8 } for i = 8, 4, -1 do t[i] = nil end return t, #t': [1, 2, 3],
    'local t = { 1, 2, 3, 4, 5, 6, 7, 8 } for i = 8, 4, -1 do t[i] = nil end local n = #t t[6] = 6 return t, n': new Map([
      [1, 1],
      [2, 2],
      [3, 3],
      [6, 6],
    ]),
    'local t = { 1, nil, 3 } return t': [1, null, 3],
    'local t = { 1, 2, x = 3 } return t': new Map<unknown, unknown>([
      [1, 1],
      [2, 2],
      ['x', 3],
    ]),
    'local t = { x = 1 } t.x = nil return t': {},
    'local t = { 1 } t[1] = nil return t': {},
    'local t = { x = 1, y = 2, z = 3 } t.y = nil return t': { x: 1, z: 3 },
    'return { [true] = 1, [1.5] = 2, [print] = 3, [{}] = 4, k = print }': new Map<unknown, unknown>([
      [true, 1],
      [1.5, 2],
      ['k', null],
    ]),
    'return { [2] = 2 }': new Map([[2, 2]]),
    'return { [0] = 0, 1 }': new Map([
      [0, 0],
      [1, 1],
    ]),
    'return { [-1] = 0 }': new Map([[-1, 0]]),
    'local t = {} for i = 1, 20 do t["k" .. i] = i end for i = 3, 20 do t["k" .. i] = nil end return t': { k1: 1, k2: 2 },
    'return { { { ("x"):rep(31), ("x"):rep(32), ("x"):rep(70) } } }': [[['x'.repeat(31), 'x'.repeat(32), 'x'.repeat(70)]]],
  }
  for (const [source, expected] of Object.entries(made)) {
    const process = new LuaProcess(`process.send('{x|1}', 't', (function() ${source} end)())`)
    process.run()
    assert.equal(plain(decodeAll(process.sends[0]!.payload)[0]), plain(expected), source)
    process.close()
  }
})

test('a table that contains itself is refused, in its list as in its keys', () => {
  for (const loop of ['t[1] = t', 't.x = t', 't[1] = t t.x = 1']) {
    assert.match(String(runLua(`local t = {} ${loop} local ok, why = pcall(process.send, '{x|1}', 't', t) return why`)), /nests too deep/)
  }
})

test.run()
