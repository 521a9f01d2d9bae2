// Workflows that sleep, as many as one likes: one is started, its journal is copied.

import { workflowsOf } from '../../src/app/workflows.ts'
import { Environment } from '../../src/lmdb/environment.ts'
import { encodeAll } from '../../src/msgpack.ts'
import { cardOf, traitsOf } from '../../src/workflow/card.ts'
import { noPages } from '../../src/workflow/engine.ts'
import { LmdbEngine } from '../../src/workflow/lmdb.ts'
import { parse } from '../../src/workflow/record.ts'
import type { TestApp } from '../support/app.ts'
import { workflow } from './app.ts'

const AT_ONCE = 2000
const FAR_MS = 365 * 86_400_000

export const sleeper = workflow(`time.sleep('8760h') return 'awake'`)

export const begin = (app: TestApp, id: string): Promise<unknown> =>
  workflowsOf(app.node.parts).start('app:sleeper', 'app:workflows', encodeAll([]), id)

export const asleep = async (app: TestApp, id: string): Promise<void> => {
  while ((await workflowsOf(app.node.parts).engine.timers(id)).length === 0) await new Promise((resolve) => setImmediate(resolve))
}

/** Copies of the journal of `template`, under other ids; the timers of `due` of them are over. No node may run there. */
export const multiply = async (root: string, count: number, due: number): Promise<void> => {
  const env = new Environment(`${root}/.wippy`)
  const engine = new LmdbEngine(env)
  const head = (await engine.head('template'))!
  const card = cardOf(head.card)
  const records = (await engine.read('template', 1, 10)).map((bytes) => ({ ...parse(bytes, 'template'), bytes }))
  const [timer] = await engine.timers('template')
  for (let from = 0; from < count; from += AT_ONCE) {
    const size = Math.min(AT_ONCE, count - from)
    const copies = Array.from({ length: size }, (_, i) => {
      const n = from + i
      const dueMs = n < due ? 1 : Date.now() + FAR_MS + n
      const effects = {
        status: 'running',
        active: false,
        traits: traitsOf(card),
        card: head.card,
        mail: [],
        taken: [],
        cleared: [],
        pages: noPages,
      }
      return engine.adopt(`s-${n}`, records, { ...effects, timers: [{ tag: timer!.tag, dueMs }] })
    })
    await Promise.all(copies)
  }
  await env.close()
}
