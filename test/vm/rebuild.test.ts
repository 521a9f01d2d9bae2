// The committed modules are what their sources build.

import { readFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { buildHostModule, buildWasm } from '../../wasm/build.ts'

const test = suite('rebuild')

for (const name of ['swap', 'courier'] as const) {
  test(`${name}.wasm equals a rebuild, byte for byte`, () => {
    const committed = readFileSync(new URL(`../../wasm/${name}.wasm`, import.meta.url))
    assert.ok(committed.equals(buildHostModule(name)), `${name}.wasm is old: node wasm/build.ts`)
  })
}

test('actor.wasm equals a rebuild, byte for byte', () => {
  const committed = readFileSync(new URL('../../wasm/actor.wasm', import.meta.url))
  assert.ok(committed.equals(buildWasm()), 'actor.wasm is old: node wasm/build.ts')
})

test.run()
