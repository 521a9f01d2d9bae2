// What cannot be loaded is an error of whoever wrote it, found soon; what is long as people write it is loaded.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { WippyError } from '../../src/error.ts'
import type { Program } from '../../src/program.ts'
import { Bodies } from '../../src/vm/bodies.ts'

const test = suite('entry image')

const bodies = new Bodies()
const programOf = (code: string): Program => ({
  entry: 'app:main',
  method: 'main',
  chunk: { file: 'main.lua', code, imports: {} },
  modules: [],
  implied: [],
  libraries: [],
})

/** Why a text is not loaded; null when it is. */
const refusal = (code: string): string | null => {
  try {
    bodies.check(programOf(code))
    return null
  } catch (error) {
    if (error instanceof WippyError && error.code === 'LUA_LOAD') return error.message
    throw error
  }
}

test('code that only its compiler finds long is refused', () => {
  const chains = [`local b = ${Array(50_000).fill('a').join(' or ')}`, `if a then ${'elseif a then '.repeat(18_000)} end`]
  for (const code of chains) assert.match(refusal(code)!, 'it takes too long to load')
})

test('code that does not fit into a memory is refused', () => {
  assert.is(refusal(`local text = "${'a'.repeat(70_000_000)}"`), 'it takes more than 64 MiB to load')
  assert.is(refusal(`local text = "${'a'.repeat(30_000_000)}"`), 'it takes more than 64 MiB to load')
})

test('what was refused leaves nothing behind', () => {
  assert.match(refusal('return function(')!, /^main.lua:1: /)
  assert.is(refusal('return function() end'), null)
})

test('long code is loaded', () => {
  assert.is(refusal('f(function(a, b) local c = a .. b; if c then return { c, a } end return b end)\n'.repeat(20_000)), null)
  assert.is(refusal(`return { ${Array.from({ length: 20_000 }, (_, n) => `{ name = "n${n}", value = ${n} }`).join(', ')} }`), null)
  assert.is(refusal(`if a then ${'elseif a then '.repeat(3000)} end`), null)
})

test.run()
