// Workflows that run again and again: at which times, after which crashes, beside which others.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { workflowsOf } from '../../src/app/workflows.ts'
import { scheduleOf } from '../../src/service/schedule-text.ts'
import { cardOf } from '../../src/workflow/card.ts'
import { nextTime, SCHEDULE, type Schedule } from '../../src/workflow/schedule.ts'
import { failure, start, type TestApp, withApp } from '../support/app.ts'
import { HOUR_MS, LaterClock } from '../support/later-clock.ts'
import { again, HOST, workflow } from './app.ts'

const PLAIN: Schedule = { id: 's', cron: '', timezone: 'UTC', overlap: 'skip', catchUp: true, isDeclared: true }
const after = (cron: string, time: string, timezone = 'UTC'): string | null => {
  const next = nextTime(scheduleOf({ ...PLAIN, cron, timezone }), Date.parse(time))
  return next === null ? null : new Date(next).toISOString()
}

type Run = { readonly id: string; readonly status: string; readonly isWaiting: boolean; readonly why: string }
const runs = async (app: TestApp, schedule: string): Promise<Run[]> => {
  const heads = await workflowsOf(app.node.parts).engine.list({ attributes: [[SCHEDULE, schedule]], limit: 100 })
  return heads.map(({ id, status, card }) => {
    const { beginMs, result } = cardOf(card)
    return {
      id,
      status,
      isWaiting: typeof beginMs === 'number' && status === 'running',
      why: result === null ? '' : Buffer.from(result).toString(),
    }
  })
}
const until = (app: TestApp, schedule: string, holds: (all: readonly Run[]) => boolean): Promise<void> => {
  const wait = async (): Promise<void> => {
    while (!holds(await runs(app, schedule))) await new Promise((resolve) => setTimeout(resolve, 10))
  }
  return app.patient(wait(), `the runs of ${schedule}`)
}
const completed = (all: readonly Run[]): number => all.filter(({ status }) => status === 'completed').length

const tick = (text: string, meta: unknown) =>
  workflow(`require('logger'):info('${text} ' .. tostring((...)))`, {
    meta: { schedule: meta },
    modules: ['workflow', 'funcs', 'time', 'uuid', 'ctx', 'logger'],
  })

const test = suite('schedules')

test('times follow from the text and the zone, over changes of the clock', () => {
  assert.is(after('0 3 * * *', '2026-01-01T03:00:00Z'), '2026-01-02T03:00:00.000Z')
  assert.is(after('0 3 * * *', '2026-03-28T12:00:00Z', 'Europe/Berlin'), '2026-03-29T01:00:00.000Z')
  assert.is(after('CRON_TZ=Europe/Berlin 0 3 * * *', '2026-03-27T12:00:00Z'), '2026-03-28T02:00:00.000Z')
  assert.is(after('@every 90s', '1970-01-01T00:01:30Z'), '1970-01-01T00:03:00.000Z')
  assert.is(after('*/10 * * * * *', '2026-01-01T00:00:01Z'), '2026-01-01T00:00:10.000Z')
  for (const wrong of ['61 * * * *', 'daily', '@every 5', '@every 1ms', '0 0 30 2 *']) {
    assert.throws(
      () => after(wrong, '2026-01-01T00:00:00Z'),
      (error: { code: string }) => /^(SCHEDULE|DURATION)_INVALID$/.test(error.code),
      wrong,
    )
  }
})

test('an entry with a schedule runs at each of its times, on a node that starts anew as well, and no longer when it has none', async () => {
  let app = await start(
    { ...HOST, tick: tick('tick', { cron: '@every 1s', input: [7], host: 'app:workflows' }), wrong: tick('x', '61 * * * *') },
    {},
  )
  try {
    assert.equal(
      app.node.problems.map(({ code, where }) => [code, where?.entry]),
      [['SCHEDULE_INVALID', 'app:wrong']],
    )
    await app.logged('tick 7', 2)
    app = await again(app)
    await app.logged('tick 7')
    await app.put('app:tick', tick('tock', { cron: '@every 1s', input: [8], host: 'app:workflows' }))
    await app.logged('tock 7')
    await app.put('app:tick', tick('tock', undefined))
    await until(app, 'app:tick', (all) => all.every(({ isWaiting }) => !isWaiting))
    const all = await runs(app, 'app:tick')
    assert.ok(completed(all) >= 4)
    assert.is(new Set(all.map(({ id }) => id)).size, all.length)
    assert.match(all[0]!.id, /^app:tick\/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
  } finally {
    await app.node.stop({ now: true })
  }
})

test('after the node was down one run makes up for what was missed, and the next lies ahead', async () => {
  const clock = new LaterClock(Date.parse('2030-01-01T00:30:00Z') - Date.now())
  let app = await start({ ...HOST, tick: tick('tick', { cron: '@every 1h', host: 'app:workflows' }) }, { clock })
  const [missed, next] = ['app:tick/2030-01-01T01:00:00Z', 'app:tick/2030-01-01T05:00:00Z']
  try {
    await until(app, 'app:tick', (all) => all.some(({ id, isWaiting }) => id === missed && isWaiting))
    await app.node.stop({ now: true })
    clock.laterMs += 4 * HOUR_MS
    app = await again(app, { clock })
    await until(app, 'app:tick', (all) => all.some(({ id, status }) => id === missed && status === 'completed'))
    const all = await runs(app, 'app:tick')
    assert.equal(
      all.map(({ id, isWaiting }) => [id, isWaiting]),
      [
        [missed, false],
        [next, true],
      ],
    )
  } finally {
    await app.node.stop({ now: true })
  }
})

test('a run that is due while an earlier one goes on is left out, or ends that one, or runs beside it', () =>
  withApp(
    {
      ...HOST,
      ...Object.fromEntries(
        ['skip', 'allow', 'cancel', 'terminate'].map((overlap) => [
          overlap,
          workflow(`process.events():receive()`, { meta: { schedule: { cron: '@every 1s', overlap, host: 'app:workflows' } } }),
        ]),
      ),
    },
    async (app) => {
      const ended = (id: string, status: string) => until(app, `app:${id}`, (all) => all.some((run) => run.status === status))
      await until(app, 'app:skip', (all) => all.some(({ status, why }) => status === 'cancelled' && why.includes('goes on')))
      await until(app, 'app:allow', (all) => all.filter(({ status, isWaiting }) => status === 'running' && !isWaiting).length >= 2)
      await ended('cancel', 'completed')
      await ended('terminate', 'terminated')
    },
  ))

test('a schedule that is changed and changed back, or taken away and brought back, goes on as if nothing had been', () => {
  const yearly = (hour: number) => tick('tick', { cron: `0 ${hour} 1 1 *`, host: 'app:workflows' })
  return withApp({ ...HOST, tick: yearly(3) }, async (app) => {
    const waiting = async (): Promise<string[]> =>
      (await runs(app, 'app:tick')).filter(({ isWaiting }) => isWaiting).map(({ id }) => id.slice(-10))
    const settles = (expected: readonly string[]): Promise<void> => {
      const wait = async (): Promise<void> => {
        while ((await waiting()).join() !== expected.join()) await new Promise((resolve) => setTimeout(resolve, 10))
      }
      return app.patient(wait(), `runs at ${expected}`)
    }
    await settles(['T03:00:00Z'])
    await app.put('app:tick', yearly(4))
    await settles(['T04:00:00Z'])
    await app.put('app:tick', yearly(3))
    await settles(['T03:00:00Z'])
    const { id: version } = app.node.registry.current
    await app.node.registry.apply([{ kind: 'entry.delete', id: 'app:tick' }])
    await settles([])
    await app.node.registry.applyVersion(version)
    await settles(['T03:00:00Z'])
    const [run] = (await runs(app, 'app:tick')).filter(({ isWaiting }) => isWaiting)
    await workflowsOf(app.node.parts).interventions.terminate(run!.id) // that one run, and not the schedule
    const next = async (): Promise<void> => {
      while (
        (await runs(app, 'app:tick')).filter(({ isWaiting, id }) => isWaiting && id > run!.id && id.endsWith('T03:00:00Z')).length !== 1
      )
        await new Promise((resolve) => setTimeout(resolve, 10))
    }
    await app.patient(next(), 'the run of the year after')
    for (let n = 0; n < 6; n++) await app.put('app:tick', yearly(n))
    await settles(['T05:00:00Z'])
  })
})

test('a spawner may give a schedule; one that is none is refused', () =>
  withApp({ ...HOST, tick: tick('tick', undefined) }, async (app) => {
    const spawner = (cron: string) =>
      `process.with_options{ ['workflow.id'] = 'often', ['temporal.workflow.cron_schedule'] = '${cron}' }:spawn('app:tick', 'app:workflows', 5)`
    const pid = await app.eval(`local pid, err = ${spawner('@every 1s')} if err then error(err) end return pid`)
    assert.match(String(pid), /^\{app:workflows\|often\/\d/)
    await app.logged('tick 5', 2)
    assert.is((await failure(app.eval(`local pid, err = ${spawner('never')} error(err)`))).kind, 'Invalid')
  }))

test.run()
