// Families of workflows and those who watch them: what becomes of children, who hears of an end, when a run begins and how long it may take.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { workflowsOf } from '../../src/app/workflows.ts'
import { childId } from '../../src/workflow/id.ts'
import { failure, start, type TestApp, withApp } from '../support/app.ts'
import { HOUR_MS, LaterClock } from '../support/later-clock.ts'
import { again, ended, exec, HOST, send, spawn, WITHOUT_ROOM, workflow } from './app.ts'

const CHILD = workflow(`
  local result = channel.select{ process.events():case_receive(), process.inbox():case_receive() }
  if result.value.kind then return 'heard ' .. result.value.kind .. ': ' .. tostring(result.value.reason) end
  return 'went on'`)

const PARENT = workflow(`
  for _, policy in ipairs{ 'terminate', 'abandon', 'request_cancel', 'PARENT_CLOSE_POLICY_ABANDON' } do
    local options = { ['temporal.workflow.parent_close_policy'] = policy, ['workflow.id'] = policy }
    local _, err = process.with_options(options):spawn('app:child', 'app:workflows')
    if err then return tostring(err) end
  end
  local _, err = process.spawn('app:child', 'app:workflows')
  local _, wrong = process.with_options{ ['workflow.parent_close_policy'] = 'kill' }:spawn('app:child', 'app:workflows')
  process.inbox():receive()
  return wrong:kind()`)

const statusOf = async (app: TestApp, id: string): Promise<string | undefined> =>
  (await workflowsOf(app.node.parts).engine.head(id))?.status

const test = suite('families')

for (const [how, options] of [
  ['as usual', {}],
  ['loaded anew for every step', WITHOUT_ROOM],
] as const) {
  test(`children end, go on or are asked to end with their parent, as each was started: ${how}`, async () => {
    let app = await start({ ...HOST, child: CHILD, parent: PARENT }, options)
    try {
      await spawn(app, 'parent', 'p')
      await send(app, 'p', 'go', '1')
      assert.equal(await ended(app, 'p'), { status: 'completed', value: 'Invalid', error: null })
      app = await again(app, options)
      assert.is((await ended(app, 'terminate')).status, 'terminated')
      assert.is((await ended(app, 'p/1/5')).status, 'terminated')
      assert.is((await ended(app, 'request_cancel')).value, 'heard pid.cancel: parent ended')
      for (const id of ['abandon', 'PARENT_CLOSE_POLICY_ABANDON']) {
        assert.is(await statusOf(app, id), 'running')
        await send(app, id, 'go', '1')
        assert.is((await ended(app, id)).value, 'went on')
      }
    } finally {
      await app.node.stop({ now: true })
    }
  })
}

test('who is ended by force takes the whole line of descendants along', () =>
  withApp(
    {
      ...HOST,
      line: workflow(
        `local depth = ...
        if depth > 0 then return (workflow.exec('app:line', depth - 1)) end
        require('logger'):info('deepest')
        process.inbox():receive()`,
        { modules: ['workflow', 'funcs', 'time', 'uuid', 'ctx', 'logger'] },
      ),
    },
    async (app) => {
      await spawn(app, 'line', 'l', '3')
      await app.logged('deepest')
      await app.eval(`assert(process.terminate('{app:workflows|l}'))`)
      for (const id of ['l', 'l/1/1', 'l/1/1/1/1', 'l/1/1/1/1/1/1']) assert.is((await ended(app, id)).status, 'terminated', id)
    },
  ))

test('one that runs may be ended for a new one with its id', () =>
  withApp({ ...HOST, child: CHILD }, async (app) => {
    await spawn(app, 'child', 'c')
    await app.eval(`local pid, err = process.with_options{ ['workflow.id'] = 'c', ['workflow.id_conflict_policy'] = 'terminate_existing' }
      :spawn('app:child', 'app:workflows') if err then error(err) end`)
    await send(app, 'c', 'go', '1')
    assert.is((await ended(app, 'c')).value, 'went on')
    const wrong = `process.with_options{ ['workflow.id_conflict_policy'] = 'maybe' }:spawn('app:child', 'app:workflows')`
    assert.is((await failure(app.eval(`local _, err = ${wrong} error(err)`))).kind, 'Invalid')
  }))

test('a run begins when its time has come, also on another start of the node, and what was sent to it waits', async () => {
  let app = await start({ ...HOST, child: CHILD })
  try {
    await app.eval(`local pid, err = process.with_options{ ['workflow.id'] = 'late', ['workflow.start_delay'] = '1h' }:with_message('go', 1)
      :spawn('app:child', 'app:workflows') if err then error(err) end`)
    const dueMs = (await workflowsOf(app.node.parts).engine.timers('late'))[0]!.dueMs
    assert.equal(app.processes('app:child'), [])
    const clock = new LaterClock(HOUR_MS - 200) // what is left is waited for
    app = await again(app, { clock })
    assert.is((await ended(app, 'late')).value, 'went on')
    assert.ok(clock.nowMs() >= dueMs)
  } finally {
    await app.node.stop({ now: true })
  }
})

test('a run that takes too long is ended as failed, also when it is not in memory', async () => {
  let app = await start({ ...HOST, child: CHILD }, WITHOUT_ROOM)
  try {
    const limited = (id: string, option: string, ms: number) =>
      app.eval(
        `process.with_options{ ['workflow.id'] = '${id}', ['temporal.workflow.${option}'] = ${ms} }:spawn('app:child', 'app:workflows')`,
      )
    await limited('run', 'run_timeout', 30)
    await limited('all', 'execution_timeout', 200)
    const { status, error } = await ended(app, 'run')
    assert.equal([status, (error as { kind: string }).kind], ['failed', 'Timeout'])
    app = await again(app, WITHOUT_ROOM)
    assert.is((await ended(app, 'all')).status, 'failed')
  } finally {
    await app.node.stop({ now: true })
  }
})

test('who watches a workflow, or is linked to it, hears of its end, whether it is in memory or not', () =>
  withApp(
    { ...HOST, child: CHILD },
    async (app) => {
      await spawn(app, 'child', 'watched')
      await spawn(app, 'child', 'linked')
      await spawn(app, 'child', 'ended')
      const heard = app.eval(`
        process.set_options{ trap_links = true }
        local events = process.events()
        assert(process.monitor('{app:workflows|watched}'))
        assert(process.link('{app:workflows|linked}'))
        assert(process.link('{app:workflows|ended}'))
        local seen = {}
        for _ = 1, 4 do
          local event = events:receive()
          seen[#seen + 1] = event.from .. ' ' .. event.kind .. ' ' .. tostring(event.result.value)
        end
        table.sort(seen)
        local _, err = process.monitor('{app:workflows|watched}')
        return { seen = seen, gone = err:kind() }`)
      await app.until(() => app.node.scheduler.links.watchersOf('{app:workflows|ended}' as never).size > 0, 'the links')
      await send(app, 'watched', 'go', '1')
      await send(app, 'linked', 'go', '1')
      await app.eval(`assert(process.terminate('{app:workflows|ended}'))`)
      assert.equal(await heard, {
        seen: [
          '{app:workflows|ended} pid.exit nil',
          '{app:workflows|ended} pid.link.down nil',
          '{app:workflows|linked} pid.exit went on',
          '{app:workflows|watched} pid.exit went on',
        ],
        gone: 'NotFound',
      })
    },
    WITHOUT_ROOM,
  ))

test('a host is named by its task queue as well, and a temporal.client is taken in with a warning', () =>
  withApp(
    {
      ...HOST,
      worker: { kind: 'temporal.worker', client: 'app:client', task_queue: 'orders' },
      client: { kind: 'temporal.client', address: 'localhost:7233' },
      child: CHILD,
    },
    async (app) => {
      const pid = await app.eval(`return (process.with_options{ ['workflow.id'] = 'c' }:spawn('app:child', 'orders'))`)
      assert.is(pid, '{app:worker|c}')
      await app.logged('no Temporal server is contacted: workflows run in this node')
    },
  ))

test('what a workflow sends for one message is not overtaken by what it does for the next', () =>
  withApp(
    {
      ...HOST,
      counter: workflow(`
        local total, done = 0, false
        coroutine.spawn(function()
          local adds = process.listen('add', { message = true })
          while not done do
            local message = adds:receive()
            process.send(message:from(), 'ack')
            total = total + message:payload():data()
            process.send(message:from(), 'ok', total)
          end
        end)
        local finish = process.listen('finish', { message = true }):receive()
        done = true
        return total`),
    },
    async (app) => {
      const total = await app.eval(`
        local pid, err = process.with_options({}):with_name('c'):with_message('add', 1):with_message('add', 2):with_message('add', 4)
          :spawn_monitored('app:counter', 'app:workflows')
        if err then error(err) end
        assert(process.send(pid, 'finish', true))
        return process.events():receive().result.value`)
      assert.is(total, 7)
    },
  ))

test('the id of a descendant stays short however long its line is, and is the same each time', () => {
  let id = `order-${'ö'.repeat(40)}`
  const seen = new Set<string>()
  for (let depth = 0; depth < 1000; depth++) {
    const next = childId(id, 1, 2)
    assert.is(next, childId(id, 1, 2))
    assert.ok(Buffer.byteLength(next) <= 255 && next.isWellFormed(), `${next} at depth ${depth}`)
    assert.not.ok(seen.has(next))
    seen.add(next)
    id = next
  }
  assert.not.equal(childId(id, 1, 2), childId(id, 1, 3))
})

test('the child of a call comes back with its result also when it is the same as before', () =>
  withApp(
    {
      ...HOST,
      child: CHILD,
      parent: workflow(`local child = process.with_options{ ['workflow.id'] = 'c' }
    return (child:exec('app:child', 'app:workflows'))`),
    },
    async (app) => {
      const result = exec(app, 'parent')
      await app.until(() => app.processes('app:child').length === 1, 'the child')
      await send(app, 'c', 'go', '1')
      assert.is(await result, 'went on')
    },
  ))

test('the name of a workflow that ends while it is not in memory is free again', () =>
  withApp(
    { ...HOST, child: CHILD, named: workflow(`assert(process.registry.register('ours')) process.inbox():receive()`) },
    async (app) => {
      const { names } = app.node.scheduler
      await spawn(app, 'named', 'n')
      await app.until(() => names.lookup('ours') !== undefined && app.processes('app:named')[0]?.state === 'waiting', 'its name')
      await spawn(app, 'child', 'other') // one more than there is room for
      await app.until(() => app.processes('app:named').length === 0, 'a named workflow that is not in memory')
      await app.eval(`assert(process.terminate('{app:workflows|n}'))`)
      assert.is(names.lookup('ours'), undefined)
    },
    WITHOUT_ROOM,
  ))

test.run()
