// Several nodes with one PostgreSQL: each goes on with its part of the workflows, all speak to all, and what a node leaves others take up.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { workflowsOf } from '../../src/app/workflows.ts'
import { PARTITIONS } from '../../src/workflow/partition.ts'
import { type Draft, func, start, startIn, type TestApp } from '../support/app.ts'
import { startPostgres } from '../support/postgres.ts'

const server = await startPostgres()
let schemas = 0

const effect = func(`return function(value) require('logger'):info('effect ' .. value) return value end`)
const workflow = (code: string): Draft => ({
  kind: 'workflow.lua',
  code: `local funcs, time, workflow = require('funcs'), require('time'), require('workflow')
    return { main = function(...) ${code}
    end }`,
  modules: ['workflow', 'funcs', 'time'],
})
const APP: Readonly<Record<string, Draft>> = {
  workflows: { kind: 'workflow.host' },
  effect,
  quick: workflow(`return funcs.call('app:effect', ...) * 2`),
  adder: workflow(`
    local total, inbox = 0, process.inbox()
    while true do
      local message = inbox:receive()
      if message:topic() == 'stop' then return total end
      total = total + funcs.call('app:effect', message:payload():data())
    end`),
  sleeper: workflow(`time.sleep('300ms') return funcs.call('app:effect', 'slept')`),
}

const shared = (lease: string, more: readonly string[] = []): { set: readonly string[] } => ({
  set: ['workflow.engine=postgres', `workflow.url=${server.url}`, `workflow.schema=wippy_${schemas}`, `workflow.lease=${lease}`, ...more],
})

const held = async (): Promise<number[]> => {
  const rows = await server.query(
    `SELECT count(*)::int AS n FROM wippy_${schemas}.lease WHERE node IS NOT NULL GROUP BY node ORDER BY node`,
  )
  return rows.map(({ n }) => n as number)
}

const fair = (app: TestApp, nodes: number): Promise<void> => {
  const wait = async (): Promise<void> => {
    for (let now = await held(); now.length !== nodes || now.some((n) => n > Math.ceil(PARTITIONS / nodes)); now = await held());
  }
  return app.patient(wait(), `${nodes} nodes with a fair share each`)
}

const spawn = (app: TestApp, name: string, id: string): Promise<unknown> =>
  app.eval(
    `local pid, err = process.with_options({}):with_name('${id}'):spawn('app:${name}', 'app:workflows') if err then error(err) end return pid`,
  )
const send = (app: TestApp, id: string, topic: string, value: number): Promise<unknown> =>
  app.eval(`local ok, err = process.send('{app:workflows|${id}}', '${topic}', ${value}) if err then error(err) end return ok`)
const ended = async (app: TestApp, id: string): Promise<string> => {
  const wait = async () => {
    for (;;) {
      const head = await workflowsOf(app.node.parts).headOf(id)
      if (head !== null && head.result !== null) return head.status
    }
  }
  return app.patient(wait(), `the end of ${id}`)
}
const effects = (app: TestApp): number => app.messages.filter((message) => message.startsWith('effect ')).length

/** Two nodes with folders of their own and one database. */
const withTwo = async (
  lease: string,
  act: (one: TestApp, other: TestApp, again: () => Promise<TestApp>) => Promise<void>,
): Promise<void> => {
  schemas++
  const apps = [await start(APP, shared(lease))]
  const again = async (): Promise<TestApp> => {
    const app = await startIn(apps[0]!.root, shared(lease, [`state=.wippy${apps.length}`]))
    apps.push(app)
    return app
  }
  try {
    const other = await again()
    await fair(other, 2)
    await act(apps[0]!, other, again)
    for (const app of apps) assert.equal(app.node.problems, [])
  } finally {
    await Promise.all(apps.map((app) => app.node.stop({ now: true })))
  }
}

const test = suite('nodes')

test('nodes have equal shares, and who waits for a workflow hears of its end wherever it runs', () =>
  withTwo('60s', async (one, other) => {
    assert.equal(await held(), [PARTITIONS / 2, PARTITIONS / 2])
    const results = await one.eval(`
      local results, done = {}, channel.new(30)
      for n = 1, 30 do
        coroutine.spawn(function()
          local value, err = process.with_options({}):with_name('q' .. n):exec('app:quick', 'app:workflows', n)
          results[n] = value or tostring(err)
          done:send(true)
        end)
      end
      for n = 1, 30 do done:receive() end
      return results`)
    assert.equal(
      results,
      Array.from({ length: 30 }, (_, n) => 2 * (n + 1)),
    )
    assert.is(effects(one) + effects(other), 30)
    assert.ok(effects(one) > 0 && effects(other) > 0, `${effects(one)} and ${effects(other)} effects`)
  }))

test('messages, cancel and terminate arrive from any node; each message once', () =>
  withTwo('60s', async (one, other) => {
    for (let n = 1; n <= 8; n++) await spawn(one, 'adder', `a${n}`)
    for (let n = 1; n <= 8; n++) {
      for (const app of [one, other, one, other]) await send(app, `a${n}`, 'add', n)
      await workflowsOf(other.node.parts)
        .interventions.terminate(n % 2 ? `a${n}` : `a${n}`)
        .catch(assert.unreachable)
      assert.is(await ended(one, `a${n}`), 'terminated')
    }
    for (let n = 1; n <= 8; n++) await spawn(other, 'adder', `b${n}`)
    for (let n = 1; n <= 8; n++) {
      for (const app of [one, other, one, other]) await send(app, `b${n}`, 'add', n)
      await send(one, `b${n}`, 'stop', 0)
    }
    for (let n = 1; n <= 8; n++) assert.is(await ended(n % 2 ? one : other, `b${n}`), 'completed')
  }))

test('a node that ends in order is gone on for at once, whatever its lease; one that comes gets its share', () =>
  withTwo('60s', async (one, other, again) => {
    for (let n = 1; n <= 8; n++) {
      await spawn(one, 'adder', `w${n}`)
      await spawn(one, 'sleeper', `s${n}`)
      await send(other, `w${n}`, 'add', n)
    }
    await one.node.stop({ now: true })
    await fair(other, 1)
    for (let n = 1; n <= 8; n++) {
      await send(other, `w${n}`, 'add', n)
      assert.is(await ended(other, `s${n}`), 'completed')
    }
    const third = await again()
    await fair(third, 2)
    for (let n = 1; n <= 8; n++) {
      await send(third, `w${n}`, 'add', n)
      await send(third, `w${n}`, 'stop', 0)
      assert.is(await ended(third, `w${n}`), 'completed')
      const head = await workflowsOf(third.node.parts).engine.head(`w${n}`)
      assert.ok(head!.epoch >= 1)
    }
  }))

test.after(() => server.stop())

test.run()
