// A journal that goes on in run after run is cut: runs that were over long ago are forgotten, and what is kept reads as before.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { importOne } from '../../src/app/workflow-copies.ts'
import { type Journal, views, type WorkflowShown } from '../../src/app/workflow-view.ts'
import { workflowsOf } from '../../src/app/workflows.ts'
import { workshopOn } from '../../src/app/workshop.ts'
import type { Pid } from '../../src/pid.ts'
import { archiveOf, archiveToBytes } from '../../src/workflow/archive.ts'
import { type Cut, cardOf, cutsWith } from '../../src/workflow/card.ts'
import { fork } from '../../src/workflow/copy.ts'
import type { Engine } from '../../src/workflow/engine.ts'
import { Programs } from '../../src/workflow/programs.ts'
import { rebuild } from '../../src/workflow/rebuild.ts'
import { positionOf } from '../../src/workflow/record.ts'
import { Retention } from '../../src/workflow/retention.ts'
import { type TestApp, withApp } from '../support/app.ts'
import { ended, HOST, send, spawn, WITHOUT_ROOM, workflow } from './app.ts'

const test = suite('cuts')

test('of the cuts of a journal two are known, and the newer one comes when the older one is as old as what is kept', () => {
  let cuts: readonly Cut[] = []
  const seen: string[] = []
  for (let ms = 0; ms <= 50; ms += 5) {
    cuts = cutsWith(cuts, { seq: 1 + ms, ms }, 20)
    seen.push(cuts.map((cut) => cut.ms).join(' '))
  }
  assert.equal(seen, ['0', '0', '0', '0', '0 20', '0 20', '0 20', '0 20', '20 40', '20 40', '20 40'])
})

const RUNS = workflow(`
  local run = ... or 1
  local topic = process.inbox():receive():topic()
  if topic == 'stop' then return run end
  process.upgrade(nil, run + 1)`)

/** A workflow in its fourth run, which waits; of the runs before it those that are over are to be kept for no time at all. */
const withRuns = (act: (app: TestApp, engine: Engine) => Promise<void>): Promise<void> =>
  withApp(
    { ...HOST, runs: RUNS },
    async (app) => {
      const { engine } = workflowsOf(app.node.parts)
      await spawn(app, 'runs', 'r', '1')
      for (let run = 2; run <= 4; run++) await next(app, run)
      const waits = async (): Promise<void> => {
        for (;;) {
          const { seq, card } = (await engine.head('r'))!
          if (seq > cardOf(card).start) return
          await new Promise((resolve) => setImmediate(resolve))
        }
      }
      await app.patient(waits(), 'the first step of the last run')
      await act(app, engine)
    },
    { set: ['workflow.retention.ended=1ms'] },
  )

/** Brings it to its next run. */
const next = async (app: TestApp, run: number): Promise<void> => {
  const { engine } = workflowsOf(app.node.parts)
  await send(app, 'r', 'next', '1')
  const begun = async (): Promise<void> => {
    while ((await starts(engine)) < run) await new Promise((resolve) => setImmediate(resolve))
  }
  await app.patient(begun(), `run ${run}`)
}

const starts = async (engine: Engine): Promise<number> => {
  const { records } = (await views.journal(engine, { id: 'r' })) as Journal
  return records.filter(({ kind }) => kind === 'start').length
}

const sweep = async (engine: Engine, nowMs: number): Promise<void> => {
  const clock = { nowMs: () => nowMs, setTimer: () => () => {} }
  const report = (error: unknown): never => {
    throw error
  }
  await new Retention({ engine, programs: new Programs(engine), clock, endedMs: 1, report }).sweep()
}

test('runs that were over long ago are forgotten, the one at hand never; what is kept is shown, exported, imported and goes on', () =>
  withRuns(async (app, engine) => {
    const head = (await engine.head('r'))!
    const { start, cuts } = cardOf(head.card)
    await sweep(engine, cuts![0]!.ms)
    assert.is(positionOf((await engine.read('r', 1, 1))[0]!).seq, 1, 'a moment too early')
    await sweep(engine, cuts!.at(-1)!.ms + 1)
    const first = positionOf((await engine.read('r', 1, 1))[0]!).seq
    assert.ok(first > 1 && first <= start, `${first} of ${start}`)
    await sweep(engine, cuts!.at(-1)!.ms + 1_000_000)
    assert.is(positionOf((await engine.read('r', 1, 1))[0]!).seq, first, 'once more')

    const shown = (await views.show(engine, { id: 'r' })) as WorkflowShown
    assert.equal([shown.timeline[0]?.record, shown.timeline.length, shown.omitted], [first, head.seq - first + 1, first - 1])
    for (const from of [1, first, first + 1]) {
      const { records } = (await views.journal(engine, { id: 'r', from })) as Journal
      assert.is(records[0]?.record, Math.max(from, first))
    }
    const workshop = workshopOn(engine)
    const refusal = async (act: Promise<unknown>): Promise<string> =>
      act.then(
        () => '',
        (error) => error.code,
      )
    assert.is(await refusal(rebuild(workshop, head, { seq: 1 })), 'WORKFLOW_RECORD')
    assert.is(await refusal(fork(workshop, head, { seq: 2, id: 'early', nowMs: 1 })), 'WORKFLOW_RECORD')
    await workflowsOf(app.node.parts).interventions.adopt(await fork(workshop, head, { seq: head.seq, id: 'forked', nowMs: 1 }))
    const file = archiveToBytes(await archiveOf(engine, head))
    await importOne(workflowsOf(app.node.parts), { file, name: 'file', id: 'imported', nowMs: 1 })
    await workflowsOf(app.node.parts).interventions.resume('imported')
    for (const id of ['r', 'forked', 'imported']) {
      await send(app, id, 'stop', '1')
      assert.is((await ended(app, id)).value, 4, id)
    }
  }))

test('an id that is used again and again is cut as well', () =>
  withApp({ ...HOST, quick: workflow('return ...') }, async (app) => {
    const { engine } = workflowsOf(app.node.parts)
    for (let n = 1; n <= 3; n++) {
      await spawn(app, 'quick', 'q', `${n}`)
      const over = async (): Promise<void> => {
        while ((await ended(app, 'q')).value !== n) await new Promise((resolve) => setImmediate(resolve))
      }
      await app.patient(over(), `run ${n}`)
    }
    const { cuts, start } = cardOf((await engine.head('q'))!.card)
    assert.ok(cuts!.length > 0 && cuts!.every(({ seq }) => seq > 1 && seq <= start))
  }))

test('one that went on in run after run is given up like any other when it has nothing to do', () =>
  withApp(
    { ...HOST, runs: RUNS, still: workflow('process.inbox():receive()') },
    async (app) => {
      await spawn(app, 'runs', 'r', '1')
      for (let run = 2; run <= 4; run++) await next(app, run)
      const gone = async (): Promise<void> => {
        for (let n = 1; app.node.scheduler.processes.find('{app:workflows|r}' as Pid) !== null; n++) await spawn(app, 'still', `s${n}`)
      }
      await app.patient(gone(), 'the workflow leaving memory')
      await send(app, 'r', 'stop', '1')
      assert.is((await ended(app, 'r')).value, 4)
    },
    WITHOUT_ROOM,
  ))

test.run()
