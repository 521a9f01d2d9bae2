// The tests of some classes of attacks by plugins: each is installed with what little it was granted, and called twice while neighbours talk.

import { readdirSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { percentile } from './besiege.ts'
import { pluginAttacks } from './component.ts'
import { type Latency, MOST_MS, Neighbourhood, SLICE } from './neighbourhood.ts'
import { PluginSiege } from './plugin-siege.ts'

const MORE_FILES = 8 // that the node has open for itself: the way to its compiler

const openFiles = (): number => (process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0)

/** Defines the tests of these classes, and runs them. */
export const besiegeByPlugins = async (classes: readonly string[]): Promise<void> => {
  const test = suite('attacks by plugins')
  const place = await Neighbourhood.open()
  const siege = new PluginSiege(place)
  const samples: Latency[] = []
  const atFirst = openFiles()
  for (const attack of await pluginAttacks(classes)) {
    test(attack.name, async () => {
      const { wrongs, latencies } = await siege.lay(attack)
      assert.equal(wrongs, [], attack.about)
      samples.push(...latencies)
    })
  }
  test('half of all messages between neighbours are heard as quickly as ever, and nobody else has worked meanwhile', () => {
    const ms = percentile(
      samples.map((sample) => sample.ms),
      0.5,
    )
    assert.ok(ms < MOST_MS, `half of them took more than ${ms} ms`)
    assert.ok(samples.every(({ work }) => work <= 3 * SLICE))
  })
  test('no file is left open', () => place.app.until(() => openFiles() <= atFirst + MORE_FILES, 'files to be closed'))
  test.after(() => siege.close())
  test.run()
}
