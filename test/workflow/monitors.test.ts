// What workflows watch: the ends of processes and of other workflows reach them once, in memory or not, on this start of the node or the next.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { views } from '../../src/app/workflow-view.ts'
import { workflowsOf } from '../../src/app/workflows.ts'
import { cardOf } from '../../src/workflow/card.ts'
import { MemoryEngine } from '../../src/workflow/memory.ts'
import { proc, service, start, type TestApp, withApp } from '../support/app.ts'
import { again, ended, HOST, send, spawn, WITHOUT_ROOM, workflow } from './app.ts'
import { HoldingEngine } from './holding-engine.ts'

// Watches what it is told to, and returns what it heard when it is told to stop.
const WATCHER = workflow(`
  local inbox, events, seen = process.inbox(), process.events(), {}
  while true do
    local result = channel.select{ inbox:case_receive(), events:case_receive() }
    if result.channel == events then
      local event = result.value
      seen[#seen + 1] = { event.kind, event.from, event.result.value or false, event.result.error and event.result.error:kind() }
    else
      local topic, target = result.value:topic(), result.value:payload():data()
      if topic == 'stop' then return seen end
      local ok, err
      if topic == 'spawn' then ok, err = process.spawn_monitored('app:plain', 'app:processes', target)
      else ok, err = process[topic](target) end
      seen[#seen + 1] = { topic, ok or err:kind() }
    end
  end`)

const PLAIN = proc(`return function(name)
  if name then process.registry.register(name) end
  return process.inbox():receive():payload():data()
end`)

const OTHER = workflow(`return process.inbox():receive():payload():data()`)

const pidNamed = (app: TestApp, name: string): Promise<string> =>
  app.eval(
    `local pid repeat pid = process.registry.lookup('${name}') time = require('time') time.sleep('1ms') until pid return pid`,
  ) as Promise<string>

/** Resolves when the watcher has got so many answers and ends. */
const heard = async (app: TestApp, event: 'answered' | 'hears', count: number, id = 'w'): Promise<void> => {
  const wait = async (): Promise<void> => {
    for (;;) {
      const { records } = await views.journal(workflowsOf(app.node.parts).engine, { id })
      if (records.flatMap(({ events }) => events).filter((one) => one.event === event).length >= count) return
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }
  return app.patient(wait(), `${count} × ${event}`)
}

const test = suite('monitors')

for (const [how, options] of [
  ['as usual', {}],
  ['loaded anew for every step', WITHOUT_ROOM],
] as const) {
  test(`a workflow hears of the end of what it watches, and may stop watching: ${how}`, async () => {
    const app = await start({ ...HOST, watcher: WATCHER, plain: PLAIN, other: OTHER }, options)
    try {
      await spawn(app, 'watcher', 'w')
      await spawn(app, 'other', 'o')
      await send(app, 'w', 'spawn', `'one'`)
      const one = await pidNamed(app, 'one')
      await app.eval(`return (process.spawn('app:plain', 'app:processes', 'two'))`)
      const two = await pidNamed(app, 'two')
      for (const [topic, target] of [
        ['monitor', two],
        ['monitor', two],
        ['unmonitor', two],
        ['monitor', '{app:workflows|o}'],
        ['monitor', '{app:workflows|nobody}'],
        ['monitor', 'two'],
        ['link', two],
      ] as const)
        await send(app, 'w', topic, `'${target}'`)
      await heard(app, 'answered', 8)
      await app.eval(`process.send('${two}', 'go', 2)`)
      await app.eval(`process.send('${one}', 'go', 1)`)
      await send(app, 'o', 'go', '3')
      await heard(app, 'hears', 2)
      await app.until(() => app.processes('app:plain').length === 0, 'the end of both')
      await send(app, 'w', 'stop', '0')
      const { value } = await ended(app, 'w')
      const [spawned, ...rest] = value as unknown[][]
      assert.equal(spawned, ['spawn', one])
      assert.equal(rest.slice(0, 7), [
        ['monitor', true],
        ['monitor', 'AlreadyExists'],
        ['unmonitor', true],
        ['monitor', true],
        ['monitor', 'NotFound'],
        ['monitor', 'Invalid'],
        ['link', 'Invalid'],
      ])
      assert.equal(
        new Set(rest.slice(7).map((event) => JSON.stringify(event))),
        new Set(
          [
            ['pid.exit', one, 1],
            ['pid.exit', '{app:workflows|o}', 3],
          ].map((event) => JSON.stringify(event)),
        ),
      )
    } finally {
      await app.node.stop({ now: true })
    }
  })
}

test('after a new start of the node what did not outlive it has ended, and other workflows are watched on', async () => {
  let app = await start({ ...HOST, watcher: WATCHER, plain: PLAIN, other: OTHER })
  try {
    await spawn(app, 'watcher', 'w')
    await spawn(app, 'other', 'o')
    await app.eval(`return (process.spawn('app:plain', 'app:processes', 'one'))`)
    const one = await pidNamed(app, 'one')
    await send(app, 'w', 'monitor', `'${one}'`)
    await send(app, 'w', 'monitor', `'{app:workflows|o}'`)
    await heard(app, 'answered', 2)
    app = await again(app)
    app = await again(app)
    await send(app, 'o', 'go', '3')
    await ended(app, 'o')
    await heard(app, 'hears', 2)
    await send(app, 'w', 'stop', '0')
    const { value } = await ended(app, 'w')
    const events = (value as unknown[][]).slice(2).map(([kind, from, result]) => [kind, from, result])
    assert.equal(events, [
      ['pid.exit', one, false],
      ['pid.exit', '{app:workflows|o}', 3],
    ])
  } finally {
    await app.node.stop({ now: true })
  }
})

test('who stops watching and begins again hears of an end once', () =>
  withApp({ ...HOST, watcher: WATCHER, plain: PLAIN, other: OTHER }, async (app) => {
    await spawn(app, 'watcher', 'w')
    await spawn(app, 'other', 'o')
    await app.eval(`return (process.spawn('app:plain', 'app:processes', 'one'))`)
    const one = await pidNamed(app, 'one')
    for (const target of [one, '{app:workflows|o}'])
      for (const topic of ['monitor', 'unmonitor', 'monitor']) await send(app, 'w', topic, `'${target}'`)
    await heard(app, 'answered', 6)
    await app.eval(`process.send('${one}', 'go', 1)`)
    await send(app, 'o', 'go', '3')
    await heard(app, 'hears', 2)
    await app.until(() => app.node.scheduler.processes.size === 1, 'nothing but the watcher')
    await send(app, 'w', 'stop', '0')
    const { value } = await ended(app, 'w')
    const events = (value as unknown[][]).filter(([kind]) => kind === 'pid.exit').map(([, from, result]) => [from, result])
    assert.equal(
      events.sort(),
      [
        [one, 1],
        ['{app:workflows|o}', 3],
      ].sort(),
    )
  }))

const exits = (value: unknown): unknown[] => (value as unknown[][]).filter(([kind]) => kind === 'pid.exit').map(([, ...rest]) => rest)

test('what a workflow watched does not know of it any more once it has ended', () =>
  withApp({ ...HOST, watcher: WATCHER, plain: PLAIN }, async (app) => {
    await app.eval(`return (process.spawn('app:plain', 'app:processes', 'one'))`)
    const one = await pidNamed(app, 'one')
    const [plain] = app.processes('app:plain')
    const waiting = (): number => plain!.exits?.length ?? 0
    const before = waiting()
    for (const id of ['w1', 'w2', 'w3']) {
      await spawn(app, 'watcher', id)
      await send(app, id, 'monitor', `'${one}'`)
      await heard(app, 'answered', 1, id)
    }
    assert.is(waiting(), before + 3)
    await send(app, 'w1', 'stop', '0')
    await app.eval(`return (process.terminate('{app:workflows|w2}'))`)
    await send(app, 'w3', 'unmonitor', `'${one}'`)
    await app.until(() => waiting() === before, 'nobody waiting for its end')
  }))

test('a process of the next start of the node is not taken for one of this start, though it has the same pid', async () => {
  const journals = new HoldingEngine()
  let app = await start({ ...HOST, watcher: WATCHER, plain: PLAIN, kept: service('plain') }, { journals: journals.engine })
  try {
    const { pid } = app.processes('app:plain')[0]!
    await spawn(app, 'watcher', 'w')
    await send(app, 'w', 'monitor', `'${pid}'`)
    await heard(app, 'answered', 1)
    const told = journals.hold('post', 'before') // it ends as in a crash: nobody is told
    app = await again(app, { journals: journals.engine })
    assert.is(app.processes('app:plain')[0]?.pid, pid)
    await heard(app, 'hears', 1)
    await send(app, 'w', 'stop', '0')
    assert.equal(exits((await ended(app, 'w')).value), [[pid, false, 'Unavailable']])
    told.release()
  } finally {
    await app.node.stop({ now: true })
  }
})

/** Two nodes that share journals, and watchers of a process of the first one, of which some have moved to the second one. */
const withMoved = async (act: (one: TestApp, other: TestApp, ids: readonly string[], pid: string) => Promise<void>): Promise<void> => {
  const journals = new MemoryEngine()
  const drafts = { ...HOST, watcher: WATCHER, plain: PLAIN }
  const one = await start(drafts, { journals })
  const ids = Array.from({ length: 12 }, (_, n) => `w${n}`)
  const owners = async (): Promise<Set<string>> =>
    new Set(await Promise.all(ids.map(async (id) => cardOf((await journals.head(id))!.card).owner)))
  await one.eval(`return (process.spawn('app:plain', 'app:processes', 'watched'))`)
  const pid = await pidNamed(one, 'watched')
  for (const id of ids) {
    await spawn(one, 'watcher', id)
    await send(one, id, 'monitor', `'${pid}'`)
    await heard(one, 'answered', 1, id)
  }
  const other = await start(drafts, { journals })
  try {
    for (let n = 0; n < 12; n++) await other.eval(`return (process.spawn('app:plain', 'app:processes'))`) // with pids that the first one has, too
    const moved = async (): Promise<void> => {
      while ((await owners()).size < 2) await new Promise((resolve) => setTimeout(resolve, 5))
    }
    await one.patient(moved(), 'workflows of both nodes')
    await act(one, other, ids, pid)
  } finally {
    await Promise.all([one.node.stop({ now: true }), other.node.stop({ now: true })])
  }
}

test('a workflow that moves to another node hears of the end of what it watches when it comes, once', () =>
  withMoved(async (one, other, ids, pid) => {
    await one.eval(`process.send('${pid}', 'go', 7)`)
    for (const id of ids) await heard(one, 'hears', 1, id)
    for (const id of ids) await send(other, id, 'stop', '0')
    for (const id of ids) assert.equal(exits((await ended(one, id)).value), [[pid, 7]], id)
  }))

test('when the node ends on which it ran, that is told where its watchers are, once', () =>
  withMoved(async (one, other, ids, pid) => {
    await one.node.stop({ now: true })
    for (const id of ids) await heard(other, 'hears', 1, id)
    for (const id of ids) await send(other, id, 'stop', '0')
    for (const id of ids) {
      const [event, ...more] = exits((await ended(other, id)).value) as unknown[][]
      assert.equal([event?.[0], event?.[1], more.length], [pid, false, 0], id)
    }
  }))

test.run()
