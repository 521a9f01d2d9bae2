// The committed actor.wasm and swap.wasm are what their sources build.

import { readFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { buildSwap, buildWasm } from '../../wasm/build.ts'

const test = suite('rebuild')

test('swap.wasm equals a rebuild, byte for byte', () => {
  const committed = readFileSync(new URL('../../wasm/swap.wasm', import.meta.url))
  assert.ok(committed.equals(buildSwap()), 'swap.wasm is old: node wasm/build.ts')
})

test('actor.wasm equals a rebuild, byte for byte', () => {
  const committed = readFileSync(new URL('../../wasm/actor.wasm', import.meta.url))
  assert.ok(committed.equals(buildWasm()), 'actor.wasm is old: node wasm/build.ts')
})

test.run()
