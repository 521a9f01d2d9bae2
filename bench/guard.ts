// What being asked whether one may adds to an ask: `registry.get` from Lua, as the operator's code, and with scopes of few and many policies.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { boot } from '../src/app.ts'
import { speedOf } from '../src/bench/figure.ts'
import { type Contender, measure, type Pace } from '../src/bench/measure.ts'
import { atMost, type Report, timeTable } from '../src/bench/report.ts'
import { loadConfig } from '../src/config.ts'
import type { Terminal } from '../src/service/service.ts'

const MANY = 20
const terminal: Terminal = { args: [], write: () => {}, writeError: () => {}, read: async () => null, readLine: async () => null }

export const guard = async (pace: Pace): Promise<Report> => {
  const folder = mkdtempSync(join(tmpdir(), 'wippy-bench-'))
  const { config } = await loadConfig(join(import.meta.dirname, 'apps/guarded'), { set: ['logger.level=error', `state=${folder}`] })
  const node = await boot(config)
  const asking = (name: string, policies: number): Contender => ({
    name,
    async run(count) {
      const start = performance.now()
      const args = [String(count), String(policies)]
      const code = await node.execute('bench:start', args, { terminal: { ...terminal, args } })
      if (code !== 0) throw new Error('it failed')
      return (performance.now() - start) * 1e6
    },
  })
  try {
    const asks = await measure([asking('no scope', 0), asking('a scope of one policy', 1), asking(`a scope of ${MANY}`, MANY)], pace)
    const [none, one, many] = asks
    return {
      tables: [timeTable('registry.get from Lua', 'ask', asks)],
      targets: [
        atMost('an ask with one policy, in asks without', 1 / speedOf(one, none), 1.25),
        atMost(`an ask with ${MANY} policies, in asks without`, 1 / speedOf(many, none), 2),
      ],
      data: { asks },
      notes: ['each policy has a condition on the actor; the one that allows is the last of its scope'],
    }
  } finally {
    await node.stop({ now: true })
    rmSync(folder, { recursive: true })
  }
}
