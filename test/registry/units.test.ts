import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { builtin, globalsOfBuiltin } from '../../src/registry/builtin.ts'
import { fieldsOf } from '../../src/registry/entry.ts'
import { isInNamespaces, matches, matchesDotted } from '../../src/registry/glob.ts'
import { parseDuration, parseSize } from '../../src/registry/units.ts'
import { didYouMean, nearest } from '../../src/suggest.ts'
import { effort } from '../support/effort.ts'

const test = suite('units, patterns, suggestions')

test('durations are milliseconds', () => {
  const known = { '30s': 30_000, '5m': 300_000, '1h30m': 5_400_000, '500ms': 500, '1.5s': 1500, '0': 0, '2d': 172_800_000, '250us': 0.25 }
  for (const [text, ms] of Object.entries(known)) assert.is(parseDuration(text), ms, text)
  assert.is(parseDuration(40), 40)
  for (const bad of ['', '5', 's', '5 s', '-1s', '5y', null, -1, Number.NaN]) assert.throws(() => parseDuration(bad), /is not a duration/)
})

test('sizes are bytes, in powers of 1024', () => {
  const known = { '32MiB': 33_554_432, '1G': 1_073_741_824, '64k': 65_536, '10B': 10, '7': 7, '1.5KiB': 1536, '8 MB': 8_388_608 }
  for (const [text, bytes] of Object.entries(known)) assert.is(parseSize(text), bytes, text)
  assert.is(parseSize(1024), 1024)
  for (const bad of ['', 'M', '5X', '-1M', 1.5, null]) assert.throws(() => parseSize(bad), /is not a size/)
})

test('* is any run of characters', () => {
  assert.ok(matches('function.*', 'function.lua'))
  assert.ok(matches('*.lua', 'process.lua'))
  assert.ok(matches('a*c*e', 'abcde'))
  assert.ok(matches('*', ''))
  assert.not(matches('a*a', 'a'))
  assert.not(matches('function.*', 'process.lua'))
  assert.not(matches('ab*bc', 'abc'))
})

test('dotted patterns go part by part', () => {
  assert.ok(matchesDotted('app.*', 'app.api'))
  assert.not(matchesDotted('app.*', 'app.api.v1'))
  assert.not(matchesDotted('app.*', 'app'))
  assert.ok(matchesDotted('app.**', 'app.api.v1'))
  assert.ok(matchesDotted('**.test', 'app.api.test'))
  assert.ok(matchesDotted('app.(a|b).x', 'app.b.x'))
  assert.ok(matchesDotted('debug_*', 'debug_me'))
  assert.ok(matchesDotted('**', ''))
  assert.ok(matchesDotted('a.**.**', 'a'))
  assert.ok(matchesDotted('**.b.**.c', 'a.b.b.x.c.c'))
  assert.not(matchesDotted('**.b.**.c', 'a.c.x.b'))
  assert.not(matchesDotted('a.**.b', 'a'))
})

test('the globals of the library for tests are those that it makes', () => {
  const library = builtin('wippy.test:test')!
  const [, shared] = /local SHARED = \{([^}]*)\}/.exec(String(fieldsOf(library).source))!
  assert.equal(
    [...globalsOfBuiltin(library)!],
    [...shared!.matchAll(/"(\w+)"/g)].map(([, name]) => name),
  )
})

test('the nearest name is offered, a far one is not', () => {
  assert.is(nearest('functon.lua', ['process.lua', 'function.lua']), 'function.lua')
  assert.is(nearest('x', ['process.lua']), null)
  assert.is(nearest('tset', ['test']), 'test')
  assert.is(didYouMean('levl', ['level'], 'no'), 'Did you mean "level"?')
  assert.is(didYouMean('zzz', ['level'], 'no'), 'no')
})

test('no pattern of parts takes long', () => {
  const ms = effort(() => assert.not(matchesDotted(`${'**.a.'.repeat(100)}b`, 'a.'.repeat(500))))
  assert.ok(ms < 1000, `${ms} ms`)
})

test('namespaces are meant by name, or with all that is below', () => {
  const isMeant = (ns: string, ...patterns: string[]): boolean => isInNamespaces(ns, patterns)
  assert.ok(isMeant('app') && isMeant('app', 'app') && isMeant('app', 'app.*') && isMeant('app.x.y', 'lib', 'app.**'))
  assert.not.ok(isMeant('app.x', 'app') || isMeant('application', 'app.*') || isMeant('app', '*'))
})

test.run()
