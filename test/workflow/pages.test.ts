// Pages of checkpoints stay as long as a checkpoint is made of them: not behind the end of a run, whatever ended it, nor a new build.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { workflowsOf } from '../../src/app/workflows.ts'
import { type Card, cardOf } from '../../src/workflow/card.ts'
import { notice, noticed } from '../../src/workflow/notice.ts'
import { RecordKind, seal } from '../../src/workflow/record.ts'
import { start, type TestApp } from '../support/app.ts'
import { again, ended, HOST, send, spawn, WITHOUT_ROOM, workflow } from './app.ts'

const KEPT = { set: ['workflow.checkpoint.records=1'] }

const test = suite('pages of checkpoints')

const pages = async (app: TestApp): Promise<number> => (await app.node.parts.state.owned()).table('workflow.page').count()

const SUM = workflow(`
  local inbox, sum = process.inbox(), 0
  while true do
    local message = inbox:receive()
    if message:topic() == 'stop' then return sum end
    sum = sum + message:payload():data()
  end`)

/** Resolves when a workflow has taken in what was sent to it, and has a checkpoint. */
const rested = async (app: TestApp, id: string): Promise<void> => {
  const { engine } = workflowsOf(app.node.parts)
  const isResting = async (): Promise<boolean> =>
    (await engine.mail(id, 0, 1)).length === 0 && cardOf((await engine.head(id))!.card).mark !== null
  while (!(await isResting())) await new Promise((resolve) => setImmediate(resolve))
}

for (const [name, options] of [['loaded', KEPT] as const, ['not in memory', WITHOUT_ROOM] as const]) {
  test(`a workflow that is ended, by itself or from outside, leaves no page: ${name}`, async () => {
    const app = await start({ ...HOST, sum: SUM }, options)
    try {
      for (const id of ['stopped', 'terminated']) {
        await spawn(app, 'sum', id)
        await send(app, id, 'add', '1')
        await send(app, id, 'add', '2')
      }
      await app.patient(Promise.all(['stopped', 'terminated'].map((id) => rested(app, id))), 'checkpoints')
      await send(app, 'stopped', 'stop', '1')
      await workflowsOf(app.node.parts).interventions.terminate('terminated')
      assert.is((await ended(app, 'stopped')).value, 3)
      assert.is((await ended(app, 'terminated')).status, 'terminated')
      assert.is(await pages(app), 0)
    } finally {
      await app.node.stop({ now: true })
    }
  })
}

test('a new run in the same journal leaves no page of the run before', async () => {
  const app = await start(
    {
      ...HOST,
      runs: workflow(`
        local left = ...
        for _ = 1, 3 do time.sleep('1ms') end
        if left == 0 then return 'done' end
        process.upgrade(nil, left - 1)`),
    },
    KEPT,
  )
  try {
    await spawn(app, 'runs', 'runs', '5')
    assert.is((await ended(app, 'runs')).value, 'done')
    assert.is(await pages(app), 0)
  } finally {
    await app.node.stop({ now: true })
  }
})

test('of a checkpoint that another build of the runtime took nothing is left once there is a newer one', async () => {
  let app = await start({ ...HOST, sum: SUM }, KEPT)
  try {
    await spawn(app, 'sum', 'sum')
    await send(app, 'sum', 'add', '1')
    await app.patient(rested(app, 'sum'), 'a checkpoint behind the message')
    app = await again(app)
    const { engine } = workflowsOf(app.node.parts)
    const head = (await engine.head('sum'))!
    const card = cardOf(head.card)
    const older: Card = { ...card, mark: { ...card.mark!, runtime: 'older' } }
    const record = seal(
      head,
      head.epoch,
      notice({ kind: RecordKind.resume, code: Buffer.from(card.code, 'hex'), nowMs: 1, input: new Uint8Array(0) }),
    )
    assert.ok(await engine.append('sum', head, record, noticed('running', older)))
    app = await again(app)
    await send(app, 'sum', 'add', '2')
    await send(app, 'sum', 'stop', '1')
    assert.is((await ended(app, 'sum')).value, 3)
    assert.is(await pages(app), 0)
  } finally {
    await app.node.stop({ now: true })
  }
})

test.run()
