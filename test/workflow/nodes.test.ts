// Several nodes with one PostgreSQL: each goes on with its part of the workflows, all speak to all, and what a node leaves others take up.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { forkOne } from '../../src/app/workflow-copies.ts'
import { viewStored, type WorkflowList } from '../../src/app/workflow-view.ts'
import { workflowsOf } from '../../src/app/workflows.ts'
import { decodeAll, encodeAll } from '../../src/msgpack.ts'
import { plainStart } from '../../src/service/workflow-options.ts'
import { cardOf } from '../../src/workflow/card.ts'
import { PARTITIONS } from '../../src/workflow/partition.ts'
import { directoryWith } from '../registry/scratch.ts'
import { type Draft, func, start, startIn, type TestApp } from '../support/app.ts'
import { startPostgres } from '../support/postgres.ts'
import { freePort } from '../support/server-program.ts'

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
  pay: func(`return function() require('logger'):info('pays') require('time').sleep('500ms') return 'paid' end`),
  payer: workflow(`
    local calls = funcs.new():with_options({ ['activity.at_most_once'] = true })
    return { assert(calls:call('app:pay')), assert(calls:call('app:pay')) }`),
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

/** Every partition is held, by as many nodes as there are, none of which has more than its share. Between a node's giving up and another's taking it is not so. */
const isFair = (held: readonly number[], nodes: number): boolean =>
  held.length === nodes && held.reduce((sum, n) => sum + n, 0) === PARTITIONS && held.every((n) => n <= Math.ceil(PARTITIONS / nodes))

const fair = (app: TestApp, nodes: number): Promise<void> => {
  const wait = async (): Promise<void> => {
    while (!isFair(await held(), nodes));
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
      await workflowsOf((n % 2 ? one : other).node.parts).interventions.terminate(`a${n}`)
      assert.is(await ended(one, `a${n}`), 'terminated')
    }
    for (let n = 1; n <= 8; n++) await spawn(other, 'adder', `b${n}`)
    for (let n = 1; n <= 8; n++) {
      for (const app of [one, other, one, other]) await send(app, `b${n}`, 'add', n)
      await send(one, `b${n}`, 'stop', 0)
    }
    for (let n = 1; n <= 8; n++) assert.is(await ended(n % 2 ? one : other, `b${n}`), 'completed')
  }))

test('a process hears of the ends of workflows it watches, wherever they run', () =>
  withTwo('60s', async (one, other) => {
    const seen = await one.eval(`
      local pids, seen, events = {}, {}, process.events()
      for n = 1, 8 do
        local pid = assert(process.with_options({}):with_name('m' .. n):spawn_monitored('app:quick', 'app:workflows', n))
        pids[pid] = n
      end
      for n = 1, 8 do
        local event = events:receive()
        seen[pids[event.from]] = event.result.value
      end
      return seen`)
    assert.equal(
      seen,
      Array.from({ length: 8 }, (_, n) => 2 * (n + 1)),
    )
    assert.ok(effects(other) > 0)
    for (let n = 1; n <= 4; n++) await spawn(other, 'adder', `m${n}`)
    const last = await one.eval(`
      local events = process.events()
      for n = 1, 4 do
        local pid = '{app:workflows|m' .. n .. '}'
        assert(process.monitor(pid))
        assert(process.send(pid, 'stop', 0))
        if events:receive().from ~= pid then return false end
      end
      local ok, err = process.monitor('{app:workflows|nobody}')
      return ok == nil and err ~= nil`)
    assert.is(last, true)
  }))

test('an ask that is made again finds what it started, though that has ended and its id is free', () =>
  withTwo('60s', async (one, other) => {
    const begin = (app: TestApp, birth: string) =>
      workflowsOf(app.node.parts).begin({
        ...{ entry: 'app:quick', host: 'app:workflows', args: encodeAll([1]), context: app.node.parts.authority.operator },
        options: { ...plainStart, id: 'child' },
        birth,
      })
    const epoch = async (): Promise<number | undefined> => (await workflowsOf(one.node.parts).engine.head('child'))?.epoch
    await begin(one, 'parent/1/7')
    await ended(one, 'child')
    const before = await epoch()
    assert.is((await begin(other, 'parent/1/7')).isNew, false)
    assert.is(await epoch(), before)
    assert.is((await begin(one, 'parent/1/8')).isNew, true)
  }))

test('what was called when a node ends in order comes to its end, once; what follows is called elsewhere', () =>
  withTwo('60s', async (one, other) => {
    for (let n = 1; n <= 6; n++) await spawn(one, 'payer', `p${n}`)
    await one.until(() => [one, other].every((app) => app.messages.includes('pays')), 'payments on both nodes')
    await one.node.stop()
    for (let n = 1; n <= 6; n++) {
      assert.is(await ended(other, `p${n}`), 'completed')
      const { card } = (await workflowsOf(other.node.parts).engine.head(`p${n}`))!
      assert.equal(decodeAll(cardOf(card).result!)[0], ['paid', 'paid'])
    }
    assert.is([...one.messages, ...other.messages].filter((message) => message === 'pays').length, 12)
  }))

test('any node pauses, resumes, asks and forks, wherever a workflow runs', () =>
  withTwo('60s', async (one, other) => {
    const ids = [1, 2, 3, 4, 5, 6].map((n) => `w${n}`)
    const of = (app: TestApp) => workflowsOf(app.node.parts)
    const statusOf = async (id: string): Promise<string> => (await of(one).engine.head(id))!.status
    for (const id of ids) await spawn(one, 'adder', id)
    for (const id of ids) await send(other, id, 'add', 1)
    for (const id of ids) await of(one).interventions.pause(id)
    for (const id of ids) {
      assert.is(await statusOf(id), 'paused')
      await send(other, id, 'add', 20)
    }
    for (const id of ids) await of(other).interventions.resume(id)
    for (const [n, id] of ids.entries()) {
      const copy = await forkOne(of(n % 2 ? one : other), { of: id, record: 1, id: `${id}-again`, nowMs: Date.now() })
      assert.is(copy.status, 'running')
      await send(one, `${id}-again`, 'add', 300)
      for (const all of [id, `${id}-again`]) await send(other, all, 'stop', 0)
    }
    for (const id of ids) {
      for (const [all, sum] of [
        [id, 21],
        [`${id}-again`, 300],
      ] as const) {
        assert.is(await ended(one, all), 'completed')
        assert.is(decodeAll(cardOf((await of(one).engine.head(all))!.card).result!)[0], sum)
      }
    }
  }))

test('the database is named by its address or by an entry, and mistakes are told without the password', async () => {
  schemas++
  const { host, port, database, username, password } = server
  const db: Draft = { kind: 'db.sql.postgres', host, port, database, username, password }
  const entries = {
    ...APP,
    db,
    file: { kind: 'db.sql.sqlite', file: ':memory:' },
  }
  const app = await start(entries, { set: ['workflow.engine=postgres', 'workflow.database=app:db', `workflow.schema=wippy_${schemas}`] })
  try {
    assert.equal(app.node.problems, [])
    await spawn(app, 'quick', 'here').catch(() => {})
    await spawn(app, 'adder', 'there')
    const root = directoryWith({
      'wippy.config.ts': `export default { workflow: { engine: 'postgres', url: '${server.url}', schema: 'wippy_${schemas}' } }`,
      'src/_index.yaml': 'namespace: app\nentries: []\n',
    })
    const seen = (await viewStored({ folder: '/nowhere', app: root }, 'list', {})) as WorkflowList
    assert.ok(seen.workflows.some(({ id, entry }) => id === 'there' && entry === 'app:adder'))
  } finally {
    await app.node.stop({ now: true })
  }
  const mistake = async (...settings: string[]): Promise<string> => {
    const broken = await start(entries, { set: ['workflow.engine=postgres', ...settings] })
    await broken.node.stop({ now: true })
    const [problem] = broken.node.problems
    assert.not.match(JSON.stringify(problem?.text ?? ''), password)
    return problem?.code ?? ''
  }
  assert.is(await mistake(), 'WORKFLOW_SETTING')
  assert.is(await mistake('workflow.database=app:bd'), 'WORKFLOW_SETTING')
  assert.is(await mistake('workflow.database=app:file'), 'WORKFLOW_SETTING')
  assert.is(await mistake(`workflow.url=mysql://x:${password}@h/d`), 'WORKFLOW_SETTING')
  assert.is(await mistake(`workflow.url=postgres://x:${password}@127.0.0.1:${await freePort()}/d`), 'WORKFLOW_STORE_AWAY')
  assert.is(await mistake(`workflow.url=${server.url}`, 'workflow.lease=1ms'), 'WORKFLOW_SETTING')
})

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
