// Plugins of somebody else, with what little they were granted: each is called twice, while neighbours talk.

import { readdirSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { pluginAttacks } from './component.ts'
import { Neighbourhood, SLICE } from './neighbourhood.ts'
import { PluginSiege } from './plugin-siege.ts'

const test = suite('attacks by plugins')
const siege = await PluginSiege.open(await Neighbourhood.open())

for (const attack of await pluginAttacks()) {
  test(attack.name, async () => {
    const { wrongs, latencies } = await siege.lay(attack)
    assert.equal(wrongs, [], attack.about)
    assert.ok(
      latencies.every(({ work }) => work <= 3 * SLICE),
      'the neighbour waited',
    )
  })
}

test('no file is left open', () => {
  if (process.platform === 'linux') assert.ok(readdirSync('/proc/self/fd').length < siege.filesAtFirst + 8)
})

test.after(() => siege.close())
test.run()
