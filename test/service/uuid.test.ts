import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { WippyError } from '../../src/error.ts'
import { uuidService } from '../../src/service/uuid.ts'
import { FakeClock } from '../runtime-lua/fake-clock.ts'
import { ask, fakeCaller } from '../support/caller.ts'

const test = suite('uuid')
const DNS = '6ba7b810-9dad-11d1-80b4-00c04fd430c8'

const setup = () => {
  const clock = new FakeClock(1_645_557_742_000)
  const service = uuidService(clock)
  const make = (version: string, ...args: unknown[]) => (ask(service, fakeCaller(), `uuid.${version}`, '', args) as string[])[0]!
  return { clock, make }
}

test('version and variant stand where they belong', () => {
  const { make } = setup()
  for (const version of ['v1', 'v4', 'v7']) {
    assert.match(make(version), new RegExp(`^[0-9a-f]{8}-[0-9a-f]{4}-${version[1]}[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`))
  }
})

test('named ones are those of RFC 9562', () => {
  const { make } = setup()
  assert.is(make('v3', DNS, 'www.example.com'), '5df41881-3aed-3515-88a7-2f4a814cf09e')
  assert.is(make('v5', DNS, 'www.example.com'), '2ed6657d-e927-568b-95e1-2665a8aea6a2')
  assert.is(make('v5', DNS, new TextEncoder().encode('www.example.com')), '2ed6657d-e927-568b-95e1-2665a8aea6a2')
})

test('v7 begins with the time and grows, even when the clock stands still or goes back', () => {
  const { clock, make } = setup()
  assert.ok(make('v7').startsWith('017f22e2-79b0-7'))
  const made = Array.from({ length: 10_000 }, () => make('v7'))
  clock.skip(-1000)
  made.push(make('v7'))
  clock.skip(60_000)
  made.push(make('v7'))
  assert.equal(made, made.toSorted())
  assert.is(new Set(made).size, made.length)
})

test('v1 has the time in hundreds of nanoseconds and a random node', () => {
  const { make } = setup()
  const [low, middle, high, , node] = make('v1').split('-') as [string, string, string, string, string]
  const ticks = BigInt(`0x${high.slice(1)}${middle}${low}`)
  assert.is((ticks - 122_192_928_000_000_000n) / 10_000n, 1_645_557_742_000n)
  assert.ok(Number.parseInt(node.slice(0, 2), 16) & 1, 'marked as not a hardware address')
  const made = Array.from({ length: 1000 }, () => make('v1'))
  assert.is(new Set(made).size, made.length)
})

test('bad namespaces and names are refused', () => {
  const { make } = setup()
  const invalid = (error: WippyError) => error.kind === 'Invalid' && error.retryable === false
  for (const bad of ['x', '', null, `${DNS}0`]) assert.throws(() => make('v5', bad, 'name'), invalid)
  assert.throws(() => make('v3', DNS, 1), invalid)
})

test.run()
