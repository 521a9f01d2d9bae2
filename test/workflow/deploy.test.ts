// A deploy in the middle: what is in flight finishes on the code it began with, libraries included, also on the next start of the node.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { workflowsOf } from '../../src/app/workflows.ts'
import { encodeAll } from '../../src/msgpack.ts'
import { makeEntry } from '../../src/registry/entry.ts'
import { type Draft, func, library, start, startIn, type TestApp } from '../support/app.ts'
import { ended, HOST, workflow } from './app.ts'

const COUNT = 50
const AS_DEPLOYED = { set: ['security.generated=operator', 'registry.history=durable'] }

/** Each version asks for other things, in another order, and counts otherwise. */
const versions: readonly Readonly<Record<string, Draft>>[] = [
  {
    rules: library(`return { price = function(amount) return amount * 2 end, version = 1 }`, { modules: [] }),
    step: func(`return function(value) return value + 1 end`),
    order: workflow(
      `local rules, amount, inbox = require('rules'), ..., process.inbox()
      local first = funcs.call('app:step', rules.price(amount))
      inbox:receive()
      time.sleep('1ms')
      return { version = rules.version, total = funcs.call('app:step', first) }`,
      { imports: { rules: 'app:rules' } },
    ),
  },
  {
    rules: library(`return { cost = function(amount) return amount * 100 end, version = 2 }`, { modules: [] }),
    step: func(`return function(value) return value + 1 end`),
    order: workflow(
      `local rules, amount, inbox = require('rules'), ..., process.inbox()
      time.sleep('1ms')
      inbox:receive()
      return { version = rules.version, total = rules.cost(amount), id = #uuid.v4() }`,
      { imports: { rules: 'app:rules' } },
    ),
  },
]

/** One changeset, as a deploy applies it. */
const deploy = async (app: TestApp, drafts: Readonly<Record<string, Draft>>): Promise<void> => {
  const changes = Object.entries(drafts).map(([name, { kind, code, ...data }]) => {
    const entry = makeEntry({ id: `app:${name}`, kind, data: { ...data, source: code }, origin: null })
    return { kind: 'entry.update' as const, entry }
  })
  await app.node.registry.apply(changes)
}

const test = suite('deploy')

test('fifty in flight finish on the code they began with; what begins later runs the new one', async () => {
  let app = await start({ ...HOST, ...versions[0] }, AS_DEPLOYED)
  try {
    const signal = (id: string) => workflowsOf(app.node.parts).signal(id, 'go', encodeAll([1]))
    const begin = (id: string, amount: number) => workflowsOf(app.node.parts).start('app:order', 'app:workflows', encodeAll([amount]), id)
    const finish = (id: string) =>
      ended(app, id).then(({ status, value }) => ({ status, ...(value as { version: number; total: number }) }))
    await Promise.all(Array.from({ length: COUNT }, (_, n) => begin(`old-${n}`, n)))
    await deploy(app, versions[1]!)
    for (let n = 0; n < COUNT / 2; n++) await signal(`old-${n}`)
    await begin('new', 7)
    const early = await Promise.all(Array.from({ length: COUNT / 2 }, (_, n) => finish(`old-${n}`)))
    await app.node.stop({ now: true })
    app = await startIn(app.root, AS_DEPLOYED)
    await begin('newer', 8)
    for (let n = COUNT / 2; n < COUNT; n++) await signal(`old-${n}`)
    const late = await Promise.all(Array.from({ length: COUNT / 2 }, (_, n) => finish(`old-${n + COUNT / 2}`)))
    for (const [n, seen] of [...early, ...late].entries())
      assert.equal(seen, { status: 'completed', version: 1, total: n * 2 + 2 }, `old-${n}`)
    for (const [id, total] of [
      ['new', 700],
      ['newer', 800],
    ] as const) {
      await signal(id)
      assert.equal(await finish(id), { status: 'completed', version: 2, total, id: 36 })
    }
  } finally {
    await app.node.stop({ now: true })
  }
})

test.run()
