// Workflows that begin where others were: forks, and what was exported.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Journal, views } from '../../src/app/workflow-view.ts'
import { workflowsOf } from '../../src/app/workflows.ts'
import { workshopOn } from '../../src/app/workshop.ts'
import { decodeAll, encodeAll } from '../../src/msgpack.ts'
import { archiveFrom, archiveOf, archiveToBytes } from '../../src/workflow/archive.ts'
import { cardOf } from '../../src/workflow/card.ts'
import { fork, transplant } from '../../src/workflow/copy.ts'
import type { Head } from '../../src/workflow/engine.ts'
import { type Draft, failure, func, plain, start, startIn, type TestApp } from '../support/app.ts'

const HOST: Readonly<Record<string, Draft>> = { workflows: { kind: 'workflow.host' } }
const workflow = (code: string): Draft => ({
  kind: 'workflow.lua',
  code: `local funcs, time, workflow = require('funcs'), require('time'), require('workflow')
    return function(...) ${code}
    end`,
  modules: ['funcs', 'time', 'workflow'],
})
const ENTRIES = {
  ...HOST,
  keyed: func(`return function(n)
    local key = require('ctx').get('idempotency_key')
    require('logger'):info('called ' .. key)
    return n .. ':' .. key
  end`),
  child: workflow(`return process.pid()`),
  order: workflow(`
    local inbox, said = process.inbox(), {}
    for i = 1, 3 do
      said[#said + 1] = funcs.call('app:keyed', i)
      said[#said + 1] = inbox:receive():payload():data()
    end
    return { said = said, me = process.pid(), child = workflow.exec('app:child') }`),
  sleeper: workflow(`time.sleep('30ms') time.sleep('10ms') return process.pid()`),
}

const engineOf = (app: TestApp) => workflowsOf(app.node.parts).engine
const begin = (app: TestApp, name: string, id: string): Promise<unknown> =>
  workflowsOf(app.node.parts).start(`app:${name}`, 'app:workflows', encodeAll([]), id)
const signal = (app: TestApp, id: string, value: unknown): Promise<void> => workflowsOf(app.node.parts).signal(id, 'go', encodeAll([value]))
const headOf = async (app: TestApp, id: string): Promise<Head> => (await engineOf(app).head(id))!
const become = (app: TestApp, id: string, isSo: (head: Head) => boolean): Promise<Head> => {
  const wait = async () => {
    for (;;) {
      const head = await headOf(app, id)
      if (head && isSo(head)) return head
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
  return app.patient(wait(), `workflow ${id}`)
}
const resultOf = async (app: TestApp, id: string): Promise<unknown> => {
  const { card } = await become(app, id, ({ status }) => status === 'completed')
  return plain(decodeAll(cardOf(card).result!)[0])
}
/** The records that ask something, in order. */
const recordsOfAsks = async (app: TestApp, id: string): Promise<number[]> => {
  const { records } = (await views.journal(engineOf(app), { id })) as Journal
  return records.flatMap(({ record, events }) => events.filter(({ event }) => event === 'asks').map(() => record))
}
const forked = async (app: TestApp, of: string, seq: number, id: string): Promise<void> => {
  const copy = await fork(workshopOn(engineOf(app)), await headOf(app, of), { seq, id, nowMs: Date.now() })
  await workflowsOf(app.node.parts).interventions.adopt(copy)
}

const test = suite('copies')

test('a fork goes its own way from any record on, under its own name and keys; the other one is not touched', async () => {
  let app = await start(ENTRIES)
  try {
    await begin(app, 'order', 'old')
    await signal(app, 'old', 'a')
    await app.logged('called old/1/2')
    const asksSecond = (await recordsOfAsks(app, 'old'))[1]!
    for (const value of ['b', 'c']) await signal(app, 'old', value)
    const first = (await resultOf(app, 'old')) as { said: string[]; me: string; child: string }
    assert.equal(first.said, ['1:old/1/1', 'a', '2:old/1/2', 'b', '3:old/1/3', 'c'])
    const old = await headOf(app, 'old')
    await forked(app, 'old', asksSecond, 'new')
    await app.logged('called new/1/2')
    for (const value of ['B', 'C']) await signal(app, 'new', value)
    app = await (async () => {
      await app.node.stop({ now: true })
      return startIn(app.root)
    })()
    const other = (await resultOf(app, 'new')) as { said: string[]; me: string; child: string }
    assert.equal(other.said.slice(0, 3), ['1:old/1/1', 'a', '2:new/1/2'])
    assert.equal(other.said.slice(3), ['B', '3:new/1/3', 'C'])
    assert.equal([first.me, other.me], ['{app:workflows|old}', '{app:workflows|new}'])
    assert.match(first.child, /^\{app:workflows\|old\/1\/\d+\}$/)
    assert.match(other.child, /^\{app:workflows\|new\/1\/\d+\}$/)
    assert.equal(await headOf(app, 'old'), old)
    await forked(app, 'new', asksSecond + 2, 'newest') // of a fork
    await app.logged('called newest/1/2')
  } finally {
    await app.node.stop({ now: true })
  }
})

test('a fork may begin at the start, or asleep; not at an end, and not under a name that is taken', async () => {
  const app = await start(ENTRIES)
  try {
    await begin(app, 'sleeper', 'old')
    assert.is(await resultOf(app, 'old'), '{app:workflows|old}')
    const { seq } = await headOf(app, 'old')
    await forked(app, 'old', 1, 'from-start')
    await forked(app, 'old', 2, 'asleep')
    assert.is(await resultOf(app, 'from-start'), '{app:workflows|from-start}')
    assert.is(await resultOf(app, 'asleep'), '{app:workflows|asleep}')
    for (const [at, id, code, said] of [
      [seq, 'x', 'WORKFLOW_FORK', /that is its end/],
      [seq + 1, 'x', 'WORKFLOW_FORK', /it has records 1 to \d+/],
      [0, 'x', 'WORKFLOW_FORK', /it has records 1 to/],
      [2, 'asleep', 'WORKFLOW_EXISTS', /exists already: it is completed/],
      [2, 'a|b', 'WORKFLOW_ID', /cannot be the id/],
    ] as const) {
      const error = await failure(forked(app, 'old', at, id))
      assert.is(error.code, code)
      assert.match(error.message, said)
    }
  } finally {
    await app.node.stop({ now: true })
  }
})

test('what was exported goes on in another app, paused until it is wanted; also under another name', async () => {
  const app = await start(ENTRIES)
  const elsewhere = await start({ ...HOST, keyed: ENTRIES.keyed, child: ENTRIES.child })
  try {
    await begin(app, 'order', 'old')
    await signal(app, 'old', 'a')
    await become(app, 'old', ({ seq }) => seq >= 4)
    await app.logged('called old/1/2')
    await workflowsOf(app.node.parts).interventions.pause('old')
    await signal(app, 'old', 'b')
    const bytes = archiveToBytes(await archiveOf(engineOf(app), await headOf(app, 'old')))
    const adopt = async (id: string) =>
      workflowsOf(elsewhere.node.parts).interventions.adopt(await transplant(archiveFrom(bytes, 'file'), id, Date.now(), workshopOn))
    await adopt('old')
    await adopt('other')
    assert.is((await failure(adopt('old'))).code, 'WORKFLOW_EXISTS')
    for (const id of ['old', 'other']) {
      assert.is((await headOf(elsewhere, id)).status, 'paused')
      await workflowsOf(elsewhere.node.parts).interventions.resume(id)
      await signal(elsewhere, id, 'c')
      const { said, me } = (await resultOf(elsewhere, id)) as { said: string[]; me: string }
      assert.is(me, `{app:workflows|${id}}`)
      assert.equal([said[0], said[1], said[3], said[5]], ['1:old/1/1', 'a', 'b', 'c'])
      assert.is(said[4], `3:${id}/1/3`)
    }
  } finally {
    await app.node.stop({ now: true })
    await elsewhere.node.stop({ now: true })
  }
})

test('one that has ended is taken in as it ended', async () => {
  const app = await start(ENTRIES)
  try {
    await begin(app, 'sleeper', 'old')
    await resultOf(app, 'old')
    const archive = await archiveOf(engineOf(app), await headOf(app, 'old'))
    await workflowsOf(app.node.parts).interventions.adopt(await transplant(archive, 'kept', Date.now(), workshopOn))
    assert.is(await resultOf(app, 'kept'), '{app:workflows|old}')
  } finally {
    await app.node.stop({ now: true })
  }
})

test.run()
