import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { WippyError } from '../../src/error.ts'
import { type Compiled, compileComponent } from '../../src/plugin/component.ts'
import { componentOf } from '../../src/plugin/core-module.ts'
import { NO_GRANTS, parseGrants } from '../../src/plugin/grant.ts'
import { PluginInstance } from '../../src/plugin/instance.ts'
import { wasi } from '../../src/plugin/wasi.ts'
import { failure } from '../support/app.ts'
import { hollow, scripted } from './components.ts'
import { moduleOf } from './wat.ts'

const test = suite('components')

const TYPES = `package t:t@0.1.0;
interface shapes {
  record point { x: f64, y-axis: s32 }
  enum color { red, dark-blue }
  flags access { read, write-all }
  variant shape { circle(f32), square(point), nothing }
  resource blob { size: func() -> u32; }
  paint: func(s: shape, c: color, a: access) -> shape;
  numbers: func(x: u64, y: s64, z: u8, m: list<u16>) -> tuple<u64, s64, u8, list<u16>>;
  maybe: func(o: option<string>, b: list<u8>) -> option<list<u8>>;
  weigh: func(b: borrow<blob>) -> u32;
}
world w { export shapes; export check: func(ok: bool) -> result<string, string>; }`

const SCRIPT = `
export const shapes = {
  paint: (shape, color, access) => color === 'dark-blue' ? { tag: 'square', val: { x: 0.5, yAxis: access.writeAll ? 1 : -1 } } : shape,
  numbers: (x, y, z, m) => [x, y, z, m],
  maybe: (text, bytes) => (text === undefined || text === null ? undefined : bytes.reverse()),
  weigh: () => 0,
}
export const check = (ok) => { if (!ok) throw 'dark-blue'; return 'fine' }`

const instanceOf = (compiled: Compiled, { memoryBytes = 64 << 20, fuel = 1e6, grants = NO_GRANTS } = {}): PluginInstance =>
  new PluginInstance({ compiled, limits: { memoryBytes, fuel }, world: wasi({ grants, env: {}, print: () => {} }) })

const call = (compiled: Compiled, grants = NO_GRANTS) => {
  const instance = instanceOf(compiled, { fuel: 1e9, grants })
  return (name: string, ...args: unknown[]): unknown => instance.call(compiled.signature.functions.find((fn) => fn.name === name)!, args)
}

const errorOf = (work: () => unknown): WippyError => {
  try {
    work()
  } catch (error) {
    return error as WippyError
  }
  throw new Error('it did not fail')
}

test('the exports of a component are known by name, with their types; what takes a resource is left out with a reason', async () => {
  const { signature, asks, foreign } = await compileComponent(await hollow(TYPES))
  assert.equal(signature.functions.map(({ name }) => name).sort(), ['check', 'shapes.maybe', 'shapes.numbers', 'shapes.paint'])
  assert.equal(
    signature.omitted.map(({ name }) => name),
    ['shapes.weigh'],
  )
  assert.equal([asks, foreign], [[], []])
})

test('values of every kind cross over and come back as Lua has them', async () => {
  const wit = TYPES.replace(/\n {2}(?:resource|weigh).*/g, '')
  const run = call(await compileComponent(await scripted(wit, SCRIPT)))
  assert.equal(run('shapes.paint', { tag: 'circle', val: 1.5 }, 'red', {}), { tag: 'circle', val: 1.5 })
  assert.equal(run('shapes.paint', { tag: 'nothing' }, 'red', {}), { tag: 'nothing' })
  assert.equal(run('shapes.paint', { tag: 'nothing' }, 'dark-blue', { write_all: true }), { tag: 'square', val: { x: 0.5, 'y-axis': 1 } })
  assert.equal(run('shapes.paint', { tag: 'square', val: { x: 2, y_axis: 3 } }, 'red', []), { tag: 'square', val: { x: 2, 'y-axis': 3 } })
  assert.equal(run('shapes.numbers', 2n ** 63n, -5, 200, [1, 65_535]), [2n ** 63n, -5n, 200, [1, 65_535]])
  assert.is(run('shapes.maybe', null, 'x'), null)
  assert.equal([...(run('shapes.maybe', 'x', Uint8Array.of(1, 255)) as Uint8Array)], [255, 1])
  assert.is(run('check', true), 'fine')
  const error = errorOf(() => run('check', false))
  assert.equal([error.code, error.message, error.details], ['PLUGIN_FAILED', 'dark-blue', { error: 'dark-blue' }])
})

test('an interface that the world itself describes is called by its name, dashes and all', async () => {
  const wit = `package t:t; world w { export two-times: interface { of-number: func(x: u32) -> u32; }
    export thrice: interface { times: func(x: u32) -> u32; } }`
  const run = call(
    await compileComponent(await scripted(wit, 'export const twoTimes = { ofNumber: (x) => 2 * x }, thrice = { times: (x) => 3 * x }')),
  )
  assert.is(run('two-times.of-number', 21), 42)
  assert.is(run('thrice.times', 14), 42)
})

test('what a component gives is paid for by its length', async () => {
  const giving = (name: string, length: number): string =>
    `(func (export "${name}") (result i32) (i32.store (i32.const 0) (i32.const 8)) (i32.store (i32.const 4) (i32.const ${length})) (i32.const 0))`
  const module = await moduleOf(`(module (memory (export "memory") 2) ${giving('none', 0)} ${giving('much', 80_000)}
    (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const 0)))`)
  const compiled = await compileComponent(await componentOf(module, 'none: func() -> string;\nmuch: func() -> string;'))
  const instance = instanceOf(compiled)
  const spent = (name: string): number => {
    instance.call(compiled.signature.functions.find((fn) => fn.name === name)!, [])
    return instance.spent
  }
  spent('none') // with its start
  assert.is(spent('much') - spent('none'), 10_000)
})

test('an argument of the wrong type is named, and the plugin is not called', async () => {
  const wit = TYPES.replace(/\n {2}(?:resource|weigh).*/g, '')
  const run = call(await compileComponent(await scripted(wit, SCRIPT)))
  const messages = [
    () => run('shapes.paint', { tag: 'round' }, 'red', {}),
    () => run('shapes.paint', { tag: 'square', val: { x: 'one', y_axis: 1 } }, 'red', {}),
    () => run('shapes.paint', { tag: 'nothing' }, 'green', {}),
    () => run('shapes.numbers', 1.5, 0, 0, []),
    () => run('shapes.numbers', 1, 0, 0, 'text'),
  ].map((work) => errorOf(work).message)
  assert.equal(messages, [
    's: a table whose tag is one of circle, square, nothing expected, got a table',
    's.val.x: a number expected, got a string',
    'c: one of red, dark-blue expected, got a string',
    'x: an integer expected, got a number',
    'm: a list expected, got a string',
  ])
})

const NOSY = 'package t:t; world w { export now: func() -> f64; export loop: func(); export deep: func() -> u32; }'
const NOSY_SCRIPT = `
export const now = () => Date.now()
export const loop = () => { for (;;); }
const dig = (n) => 1 + dig(n + 1)
export const deep = () => dig(0)`

test('the clock stands still unless it is granted', async () => {
  const compiled = await compileComponent(await scripted(NOSY, NOSY_SCRIPT, { hasWasi: true }))
  assert.equal(compiled.asks, ['clock', 'env', 'fs', 'random'])
  assert.is(call(compiled)('now'), 0)
  const before = Date.now()
  const now = call(compiled, parseGrants(['clock'], '/'))('now') as number
  assert.ok(now >= before && now <= Date.now())
})

test('there is no chance unless it is granted, and the seed is always the same', () => {
  type Random = { 'wasi:random/random': { getRandomU64(): bigint }; 'wasi:random/insecure-seed': { insecureSeed(): unknown } }
  const world = (grants: readonly string[]) => wasi({ grants: parseGrants(grants, '/'), env: {}, print: () => {} }) as unknown as Random
  assert.throws(() => world([])['wasi:random/random'].getRandomU64(), /was not granted/)
  assert.equal(world([])['wasi:random/insecure-seed'].insecureSeed(), [0n, 0n])
  const { getRandomU64 } = world(['random'])['wasi:random/random']
  assert.is.not(getRandomU64(), getRandomU64())
})

test('what ran out of fuel is gone, and the next call begins anew', async () => {
  const compiled = await compileComponent(await scripted(NOSY, NOSY_SCRIPT, { hasWasi: true }))
  const instance = instanceOf(compiled, { fuel: 20_000_000 })
  const fn = (name: string) => compiled.signature.functions.find((one) => one.name === name)!
  assert.is(errorOf(() => instance.call(fn('loop'), [])).code, 'PLUGIN_FUEL')
  assert.is(instance.memoryBytes, 0)
  assert.is(instance.call(fn('now'), []), 0)
  assert.ok(instance.memoryBytes > 0)
  assert.ok(['PLUGIN_TRAP', 'PLUGIN_STACK'].includes(errorOf(() => instance.call(fn('deep'), [])).code))
})

test('a component that begins with more memory than it may have is refused', async () => {
  const compiled = await compileComponent(await scripted(NOSY, NOSY_SCRIPT))
  assert.is(errorOf(() => instanceOf(compiled, { memoryBytes: 65_536 })).code, 'PLUGIN_MEMORY')
})

test('what no grant can give is named', async () => {
  const wit = 'package wasi:sockets@0.2.0; interface network { open: func() -> u32; } world w { import network; export f: func(); }'
  const { foreign } = await compileComponent(await hollow(wit))
  assert.equal(foreign, ['wasi:sockets/network'])
})

test('what is no component is refused with the reason', async () => {
  const component = await hollow('package t:t; world w { export f: func(); }')
  const outdated = component.slice()
  outdated[4] = 0x0c
  const damaged = component.slice(0, component.length >> 1)
  const codes = []
  for (const bytes of [Buffer.from('hello'), await moduleOf('(module)'), outdated, damaged])
    codes.push((await failure(compileComponent(bytes))).code)
  assert.equal(codes, ['PLUGIN_NO_COMPONENT', 'PLUGIN_NO_COMPONENT', 'PLUGIN_OUTDATED', 'PLUGIN_MALFORMED'])
  assert.match((await failure(compileComponent(await moduleOf('(module)')))).hint ?? '', /jco new/)
})

test.run()
