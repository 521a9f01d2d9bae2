// Values through bytes and back; hostile bytes; values that must not leave.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Kind, WippyError } from '../src/error.ts'
import { decode, decodeAll, decodeArguments, encode, encodeAll, encodeEnd, encodeFailure, Float, split } from '../src/msgpack.ts'

const test = suite('msgpack')

/** A small repeatable random source (mulberry32). */
const seeded = (seed: number) => () => {
  seed = (seed + 0x6d2b79f5) | 0
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed)
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296
}

/** What a value looks like after decoding, in terms `assert.equal` compares. */
const plain = (value: unknown): unknown => {
  if (typeof value === 'bigint' && Number.isSafeInteger(Number(value))) return Number(value)
  if (value instanceof Uint8Array) return ['bytes', ...value]
  if (value instanceof WippyError)
    return ['error', value.kind, value.message, value.retryable, plain(value.details), value.contexts, value.frame]
  if (Array.isArray(value)) return value.map(plain)
  if (value instanceof Map) return ['map', ...[...value].map(([key, item]) => [plain(key), plain(item)])]
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [`.${key}`, plain(item)]))
  return value
}
const through = (value: unknown) => plain(decode(encode(value)))
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
const bytes = (text: string) => new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'))

const codeOf = (work: () => unknown): string => {
  try {
    work()
  } catch (error) {
    assert.instance(error, WippyError)
    return (error as WippyError).code
  }
  return 'no error'
}

test('whole numbers become integers, others float64, Float a float in any case', () => {
  assert.is(hex(encode(1)), '01')
  assert.is(hex(encode(-1)), 'ff')
  assert.is(hex(encode(127)), '7f')
  assert.is(hex(encode(1.5)), 'cb3ff8000000000000')
  assert.is(hex(encode(new Float(1))), 'cb3ff0000000000000')
  assert.is(hex(encode([new Float(1), 2])), '92cb3ff000000000000002')
  assert.is(hex(encode(2 ** 32)), 'd30000000100000000')
  assert.is(hex(encode(-(2 ** 31) - 1)), 'd3ffffffff7fffffff')
  assert.is(hex(encode(2 ** 53)).slice(0, 2), 'cb')
  assert.is(hex(encode(-0)), 'cb8000000000000000')
  assert.is(hex(encode(5n)), '05')
})

test('integers keep their value up to 64 bits', () => {
  for (const number of [0, 255, 256, 65535, 65536, 2 ** 31, 2 ** 32 - 1, 2 ** 32, -32, -33, -128, -129, -32768, -32769, -(2 ** 31)])
    assert.is(decode(encode(number)), number)
  for (const number of [Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER]) assert.is(decode(encode(number)), number)
  for (const number of [2n ** 63n - 1n, -(2n ** 63n), 2n ** 53n]) assert.is(decode(encode(number)), number)
  assert.is(decode(bytes('cf ffffffffffffffff')), 2n ** 64n - 1n)
  assert.is(
    codeOf(() => encode(2n ** 63n)),
    'MSGPACK_UNENCODABLE',
  )
})

test('strings, bytes, nil', () => {
  assert.is(hex(encode('a')), 'a161')
  assert.is(hex(encode(undefined)), 'c0')
  assert.is(hex(encode(new Uint8Array([1, 2]))), 'c4020102')
  assert.equal(plain(decode(bytes('a2 ff 61'))), ['bytes', 0xff, 0x61])
  for (const text of ['', 'é', '日本語'.repeat(50), 'x'.repeat(70_000), '\ufeffbom', `${'a'.repeat(23)}é`])
    assert.is(decode(encode(text)), text)
  assert.is(decode(encode('\ud800')), '\ufffd')
})

test('absent values leave no key behind, nil values do', () => {
  assert.equal(through({ a: undefined, b: null }), { '.b': null })
  assert.equal(through([undefined, 1, undefined]), [null, 1, null])
})

test('keys are data', () => {
  const value = decode(
    bytes(`82 a9${Buffer.from('__proto__').toString('hex')} 81 a5 61646d696e c3 ab${Buffer.from('constructor').toString('hex')} 01`),
  )
  const object = value as Record<string, unknown>
  assert.equal(Object.keys(object), ['__proto__', 'constructor'])
  assert.is(object.admin, undefined)
  assert.is(object.toString, undefined)
  assert.is(({} as Record<string, unknown>).admin, undefined)
  assert.is(hex(encode(value)), hex(encode(decode(encode(value)))))
  const hooked = decode(encode(Object.assign(Object.create(null), { toJSON: 1, constructor: 'x' })))
  assert.equal(plain(hooked), { '.toJSON': 1, '.constructor': 'x' })
})

test('maps with other keys than strings become Map and keep 1 apart from "1"', () => {
  const value = decode(
    encode(
      new Map<unknown, unknown>([
        ['1', 'text'],
        [1, 'number'],
        [true, null],
      ]),
    ),
  )
  assert.instance(value, Map)
  assert.is((value as Map<unknown, unknown>).get(1), 'number')
  assert.is((value as Map<unknown, unknown>).get('1'), 'text')
  assert.equal(through(new Map([['a', 1]])), { '.a': 1 })
})

test('errors cross with kind, retryable, details, contexts and stack', () => {
  const error = new WippyError('X_Y', Kind.NotFound, 'no such thing', {
    retryable: true,
    details: { id: 7 },
    contexts: ['inner', 'outer'],
    frame: 'at a.lua:1',
  })
  const back = decodeAll(encodeFailure(error))[0] as WippyError
  assert.equal(plain(back), ['error', 'NotFound', 'no such thing', true, { '.id': 7 }, ['inner', 'outer'], 'at a.lua:1'])
  assert.is(back.text, 'outer: inner: no such thing')
  assert.equal(plain(decodeAll(encodeEnd(5, null))), [5, null])
  assert.is((decodeAll(encodeEnd(undefined, error))[1] as WippyError).message, 'no such thing')
})

test('an error with details that cannot be sent is sent without them', () => {
  const error = new WippyError('X', Kind.Internal, 'm', { details: { f: () => 1 } })
  assert.is((decodeAll(encodeFailure(error))[0] as WippyError).details, undefined)
})

test('an error with an unknown kind, or broken, does not pass as one', () => {
  const body = (value: unknown) => {
    const inner = encode(value)
    return new Uint8Array([0xc7, inner.length, 1, ...inner])
  }
  assert.is((decode(body(['Nonsense', 'm', null, null, [], null])) as WippyError).kind, Kind.Unknown)
  for (const wrong of [5, [], ['Invalid'], [1, 'm'], ['Invalid', 5], {}])
    assert.is(
      codeOf(() => decode(body(wrong))),
      'MSGPACK_MALFORMED',
    )
  assert.is(
    codeOf(() => decode(bytes('c7 01 01 90 90'))),
    'MSGPACK_MALFORMED',
  )
})

test('what cannot be sent says so', () => {
  const cycle: unknown[] = []
  cycle.push(cycle)
  let wide: unknown = [1]
  for (let i = 0; i < 40; i++) wide = [wide, wide]
  for (const value of [
    () => 1,
    Symbol('s'),
    cycle,
    wide,
    new Date(0),
    new (class Secret {})(),
    new Set([1]),
    new Uint16Array(2),
    { a: [() => 1] },
  ])
    assert.is(
      codeOf(() => encodeAll([value])),
      'MSGPACK_UNENCODABLE',
    )
  assert.is(hex(encode([1])), '9101')
})

test('malformed bytes are refused', () => {
  const broken = [
    '',
    'c1',
    '92 01',
    'a3 61',
    'cb 00',
    '81 a1 61',
    '01 02',
    'd4 05 00',
    'c7 00 00',
    'd6 ff 00000000',
    'd4 72 40',
    'd4 74 00',
  ]
  const bombs = ['dd ffffffff', 'df ffffffff', 'db ffffffff', 'c6 ffffffff', 'c9 ffffffff 01', 'dd 000f4241', 'dc ffff c0']
  for (const text of [...broken, ...bombs])
    assert.is(
      codeOf(() => decode(bytes(text))),
      'MSGPACK_MALFORMED',
      text,
    )
  assert.is(
    codeOf(() => decodeAll(bytes('01'))),
    'MSGPACK_MALFORMED',
  )
})

test('a map that is taken for a text or a number is one, whatever keys it has', () => {
  const map = decode(bytes('81 a8 746f537472696e67 01')) // { toString: 1 }
  assert.is(String(map), 'a table')
  assert.ok(Number.isNaN(Number(map)))
  assert.equal(Object.keys(map as object), ['toString'])
})

test('arguments of an ask may have a tenth of the elements of other payloads', () => {
  const flat = (count: number) =>
    Uint8Array.from([0x91, 0xdd, 0, count >> 16, (count >> 8) & 0xff, count & 0xff, ...new Uint8Array(count).fill(0xc0)])
  assert.is((decodeArguments(flat(99_999))[0] as unknown[]).length, 99_999)
  for (const read of [decodeArguments, (all: Uint8Array) => split(all, 1)])
    assert.is(
      codeOf(() => read(flat(100_001))),
      'MSGPACK_MALFORMED',
    )
  assert.is((decodeAll(flat(100_001))[0] as unknown[]).length, 100_001)
})

test('depth, element count and mixed keys are bounded', () => {
  const nested = (depth: number) => new Uint8Array([...new Uint8Array(depth - 1).fill(0x91), 0x90])
  decode(nested(128))
  assert.is(
    codeOf(() => decode(nested(129))),
    'MSGPACK_MALFORMED',
  )
  assert.is(
    codeOf(() => decode(nested(100_000))),
    'MSGPACK_MALFORMED',
  )
  const flat = (count: number) => {
    const many = new Uint8Array(count + 5).fill(0xc0)
    many[0] = 0xdd
    new DataView(many.buffer).setUint32(1, count)
    return many
  }
  assert.is((decode(flat(1_000_000)) as unknown[]).length, 1_000_000)
  assert.is(
    codeOf(() => decode(flat(1_000_001))),
    'MSGPACK_MALFORMED',
  )
  const keys = new Map(Array.from({ length: 16_385 }, (_, i) => [i, 0]))
  assert.is(
    codeOf(() => decode(encode(keys))),
    'MSGPACK_MALFORMED',
  )
})

test('a part of a buffer is read and nothing around it', () => {
  const all = new Uint8Array([0xff, ...encode(['in', 1]), 0xc1])
  assert.equal(decode(all, 1, all.length - 1), ['in', 1])
  assert.is(
    codeOf(() => decode(all, 1)),
    'MSGPACK_MALFORMED',
  )
  const copy = decode(all.subarray(1), 1, 4)
  assert.is(copy, 'in')
  const source = encode(new Uint8Array([1, 2, 3]))
  const part = decode(source) as Uint8Array
  source.fill(0)
  assert.equal([...part], [1, 2, 3])
})

test('random values survive the round trip', () => {
  const random = seeded(7)
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)]!
  const text = () =>
    Array.from({ length: Math.floor(random() * 40) }, () => String.fromCodePoint(pick([65, 0, 233, 0x20ac, 0x1f600]))).join('')
  const value = (depth: number): unknown => {
    const kind = Math.floor(random() * (depth > 4 ? 7 : 10))
    if (kind === 0) return null
    if (kind === 1) return random() < 0.5
    if (kind === 2) return Math.floor((random() - 0.5) * 2 ** pick([6, 9, 17, 33, 53]))
    if (kind === 3) return (random() - 0.5) * 10 ** Math.floor(random() * 300)
    if (kind === 4) return text()
    if (kind === 5) return Uint8Array.from({ length: Math.floor(random() * 30) }, () => random() * 256)
    if (kind === 6) return BigInt.asIntN(64, BigInt(Math.floor(random() * 2 ** 53)) * 4099n + 2n ** 60n)
    const items = Array.from({ length: Math.floor(random() * 6) }, () => value(depth + 1))
    if (kind === 7) return items
    if (kind === 8) return Object.fromEntries(items.map((item) => [text(), item]))
    return new Map<unknown, unknown>([[-1, true], ...items.map((item) => [Math.floor(random() * 100), item] as const)])
  }
  for (let i = 0; i < 3000; i++) {
    const original = value(0)
    assert.equal(through(original), plain(original))
  }
})

test('random bytes are a value or MSGPACK_MALFORMED, never anything else', () => {
  const random = seeded(11)
  for (let i = 0; i < 20_000; i++) {
    const noise = Uint8Array.from({ length: 1 + Math.floor(random() * 60) }, () =>
      random() < 0.5 ? 0x80 + random() * 0x60 : random() * 256,
    )
    const code = codeOf(() => decode(noise))
    assert.ok(code === 'no error' || code === 'MSGPACK_MALFORMED', hex(noise))
  }
})

test('one changed byte in a valid message is a value or MSGPACK_MALFORMED', () => {
  const random = seeded(13)
  const valid = encode([
    { a: [1, 2.5, 'text', null], b: new Uint8Array(5) },
    new WippyError('X', Kind.Invalid, 'm', { details: { k: [1] } }),
  ])
  for (let i = 0; i < 10_000; i++) {
    const changed = Uint8Array.from(valid)
    changed[Math.floor(random() * changed.length)] = random() * 256
    const code = codeOf(() => decode(changed))
    assert.ok(code === 'no error' || code === 'MSGPACK_MALFORMED', hex(changed))
  }
})

test.run()
