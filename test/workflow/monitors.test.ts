// What workflows watch: the ends of processes and of other workflows reach them once, in memory or not, on this start of the node or the next.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { views } from '../../src/app/workflow-view.ts'
import { workflowsOf } from '../../src/app/workflows.ts'
import { proc, start, type TestApp, withApp } from '../support/app.ts'
import { again, ended, HOST, send, spawn, WITHOUT_ROOM, workflow } from './app.ts'

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
const heard = async (app: TestApp, event: 'answered' | 'hears', count: number): Promise<void> => {
  const wait = async (): Promise<void> => {
    for (;;) {
      const { records } = await views.journal(workflowsOf(app.node.parts).engine, { id: 'w' })
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

test.run()
