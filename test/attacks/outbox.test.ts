// What a process that owns every byte of its memory may write into its outbox.

import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Attack } from './attack.ts'
import { Neighbourhood, SLICE } from './neighbourhood.ts'
import type { OutboxAttack } from './outbox/outbox.ts'
import { forging, lay, wrongs } from './siege.ts'

const folder = join(import.meta.dirname, 'outbox')
const names = readdirSync(folder)
  .filter((name) => name.endsWith('.ts') && name !== 'outbox.ts')
  .map((name) => name.slice(0, -3))

const test = suite('attacks by frames')
const place = await Neighbourhood.open()

for (const name of names) {
  const { attack: written } = (await import(join(folder, `${name}.ts`))) as { readonly attack: OutboxAttack }
  const attack: Attack = { name, about: written.about, code: '', ends: written.ends, modules: [], mayReturn: true, isAlone: true }
  for (const way of [forging('as a process', written.bytes, false), forging('hibernated and restored', written.bytes, true)]) {
    test(`${name} ${way.name}`, async () => {
      const outcome = await lay(place, way, attack)
      assert.equal(wrongs(outcome, way), [], attack.about)
      assert.ok(outcome.latencies.every(({ work }) => work <= 3 * SLICE))
    })
  }
}

test.after(() => place.close())
test.run()
