// What happens to a workflow between two moments that look like one: while a record is on its way, while mail is being read.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { workflowsOf } from '../../src/app/workflows.ts'
import { encodeAll } from '../../src/msgpack.ts'
import { type Effects, MOST_MAIL } from '../../src/workflow/engine.ts'
import type { Interventions } from '../../src/workflow/interventions.ts'
import { messageOf } from '../../src/workflow/mail.ts'
import { parse, RecordKind, type Sealed } from '../../src/workflow/record.ts'
import type { Run } from '../../src/workflow/run.ts'
import type { RunAttachment } from '../../src/workflow/run-process.ts'
import { type Draft, failure, func, type TestApp, withApp } from '../support/app.ts'
import { ended, HOST, send, spawn, workflow } from './app.ts'
import { HoldingEngine } from './holding-engine.ts'

/** What it hears first. */
const HEARD = `
  local heard = channel.select{ process.events():case_receive(), process.inbox():case_receive() }.value
  return heard.kind or heard:topic()`

/** A call that is never answered. */
const slow = func(`return function() require('logger'):info('called') process.inbox():receive() end`)

const withEngine = (
  drafts: Readonly<Record<string, Draft>>,
  act: (app: TestApp, engine: HoldingEngine) => Promise<void>,
): Promise<void> => {
  const engine = new HoldingEngine()
  const quietly = async (app: TestApp): Promise<void> => {
    await act(app, engine)
    assert.equal(
      app.lines.filter(({ level, source }) => level === 'error' && source === 'node').map(({ message }) => message),
      [],
    )
  }
  return withApp({ ...HOST, ...drafts }, quietly, { journals: engine.engine })
}

const interventions = (app: TestApp): Interventions => workflowsOf(app.node.parts).interventions
const statusOf = async (app: TestApp, id: string): Promise<string | undefined> =>
  (await workflowsOf(app.node.parts).engine.head(id))?.status

const runOf = (app: TestApp, name: string): Run => (app.processes(`app:${name}`)[0]!.attachment as RunAttachment).run

/** The call that a run waits for. */
const callOf = (run: Run): number => [...run.ledger.open].find(([, { op }]) => op === 'funcs.call')![0]

const isKind =
  (kind: RecordKind) =>
  ([, , record]: readonly unknown[]): boolean =>
    parse((record as Sealed).bytes, 'it').kind === kind

const ends = ([, , , effects]: readonly unknown[]): boolean => (effects as Effects).status === 'completed'

const test = suite('between')

test('a heartbeat that comes while the last record is being written does not bring the workflow back', () =>
  withEngine(
    { slow, main: workflow(`coroutine.spawn(function() funcs.call('app:slow') end) process.inbox():receive() return 'over'`) },
    async (app, engine) => {
      await spawn(app, 'main', 'm')
      await app.logged('called')
      const run = runOf(app, 'main')
      const last = engine.hold('append', 'before', ends)
      await send(app, 'm', 'go', '1')
      await last.reached
      const beaten = run.attempted({ what: 'beats', tag: callOf(run), details: encodeAll([1]) })
      last.release()
      assert.is((await ended(app, 'm')).value, 'over')
      assert.is(await beaten, false)
      assert.is(await statusOf(app, 'm'), 'completed')
    },
  ))

test('a new run that begins while a heartbeat is being written begins with its own record', () =>
  withEngine(
    {
      slow,
      main: workflow(`
        if ... then return 'second' end
        coroutine.spawn(function() funcs.call('app:slow') end)
        process.inbox():receive()
        process.upgrade(nil, true)`),
    },
    async (app, engine) => {
      await spawn(app, 'main', 'm')
      await app.logged('called')
      const run = runOf(app, 'main')
      const program = engine.hold('putCode', 'after')
      await send(app, 'm', 'go', '1')
      await program.reached
      const beat = engine.hold('append', 'before', isKind(RecordKind.note))
      const beaten = run.attempted({ what: 'beats', tag: callOf(run), details: encodeAll([1]) })
      await beat.reached
      program.release()
      await new Promise((resolve) => setImmediate(resolve))
      beat.release()
      await beaten
      assert.is((await ended(app, 'm')).value, 'second')
    },
  ))

test('mail that was being read when a workflow was paused is there when it is resumed', () =>
  withEngine({ main: workflow(`return process.inbox():receive():topic()`) }, async (app, engine) => {
    await spawn(app, 'main', 'm')
    await app.until(() => app.processes('app:main')[0]?.state === 'waiting', 'its first step')
    const mail = engine.hold('mail', 'after', ([, after]) => after === 0)
    await send(app, 'm', 'go', '1')
    await mail.reached
    await interventions(app).pause('m')
    mail.release()
    await new Promise((resolve) => setImmediate(resolve))
    await interventions(app).resume('m')
    assert.is((await ended(app, 'm')).value, 'go')
  }))

test('a workflow that is paused while it is being resumed is paused', () =>
  withEngine({ main: workflow(`return process.inbox():receive():topic()`) }, async (app, engine) => {
    await spawn(app, 'main', 'm')
    await app.until(() => app.processes('app:main')[0]?.state === 'waiting', 'its first step')
    await interventions(app).pause('m')
    const resume = engine.hold('append', 'after', isKind(RecordKind.resume))
    const resumed = interventions(app).resume('m')
    await resume.reached
    const paused = interventions(app).pause('m')
    resume.release()
    await Promise.all([resumed, paused])
    await send(app, 'm', 'go', '1')
    for (let turn = 0; turn < 3; turn++) await app.eval('return 1') // it has had its turn
    assert.is(await statusOf(app, 'm'), 'paused')
    await interventions(app).resume('m')
    assert.is((await ended(app, 'm')).value, 'go')
  }))

test('one that ends while it is sent the messages of who starts it or uses it begins anew with them', () =>
  withEngine(
    { main: workflow(`local inbox = process.inbox() return { inbox:receive():topic(), inbox:receive():topic() }`) },
    async (app, engine) => {
      await spawn(app, 'main', 'm')
      const post = engine.hold('post', 'before', ([id]) => id === 'm')
      const begun = app.eval(`local spawner = process.with_options({}):with_name('m'):with_message('one', 1):with_message('two', 2)
      local pid, err = spawner:spawn('app:main', 'app:workflows') if err then error(err) end return pid`)
      await post.reached
      await interventions(app).terminate('m')
      post.release()
      assert.is(await begun, '{app:workflows|m}')
      const run = async (): Promise<void> => {
        while ((await statusOf(app, 'm')) !== 'completed') await new Promise((resolve) => setImmediate(resolve))
      }
      await app.patient(run(), 'the second run')
      assert.equal((await ended(app, 'm')).value, ['one', 'two'])
    },
  ))

test('nothing is called again for a workflow whose end is being written', () =>
  withEngine({ slow, main: workflow(`funcs.call('app:slow')`) }, async (app, engine) => {
    await spawn(app, 'main', 'm')
    await app.logged('called')
    const end = engine.hold('append', 'before', isKind(RecordKind.end))
    app.node.scheduler.terminate(app.processes('app:main')[0]!.pid)
    await end.reached
    await send(app, 'm', 'go', '1')
    for (let turn = 0; turn < 3; turn++) await app.eval('return 1') // it has had its turn
    end.release()
    assert.is((await ended(app, 'm')).status, 'failed')
    assert.equal(app.messages.filter((message) => message === 'called').length, 1)
  }))

test('what a workflow may not do to another one is not done: it is neither written to, nor cancelled', () =>
  withApp({ ...HOST, receiver: workflow(`return process.inbox():receive():topic()`), canceled: workflow(HEARD) }, async (app) => {
    const sender = workflow(`
      local _, sent = process.send('{app:workflows|r}', 'forbidden')
      local _, reserved = process.send('{app:workflows|r}', '@forbidden')
      local _, canceled = process.cancel('{app:workflows|c}', 'enough')
      return { sent:kind(), reserved:kind(), canceled:kind() }`)
    await app.make('app:sender', sender)
    await spawn(app, 'receiver', 'r')
    await spawn(app, 'canceled', 'c')
    await spawn(app, 'sender', 's')
    assert.equal((await ended(app, 's')).value, ['PermissionDenied', 'Invalid', 'PermissionDenied'])
    for (const id of ['r', 'c']) {
      assert.equal(await workflowsOf(app.node.parts).engine.mail(id, 0, 10), [])
      await send(app, id, 'allowed', '1')
      assert.is((await ended(app, id)).value, 'allowed')
    }
  }))

const SMALL: Readonly<Record<string, Draft>> = { workflows: { kind: 'workflow.host', max_processes: 2 } }
const waiting = workflow(`process.inbox():receive() return process.inbox():receive():topic()`)

test("workflows that only wait take nobody's place on their host", () =>
  withEngine({ ...SMALL, main: waiting }, async (app) => {
    for (const id of ['a', 'b', 'c', 'd']) await spawn(app, 'main', id)
    for (const topic of ['first', 'last']) for (const id of ['a', 'b', 'c', 'd']) await send(app, id, topic, '1')
    for (const id of ['a', 'b', 'c', 'd']) assert.is((await ended(app, id)).value, 'last')
  }))

test('one that finds no place on its host is not started, and leaves nothing behind', () =>
  withEngine({ ...SMALL, slow, main: workflow(`funcs.call('app:slow')`) }, async (app) => {
    await spawn(app, 'main', 'a')
    await spawn(app, 'main', 'b')
    await app.logged('called', 2)
    assert.match(String(await failure(spawn(app, 'main', 'c'))), /app:workflows already runs 2 processes/)
    assert.is(await statusOf(app, 'c'), undefined)
  }))

test('one that has something to do and finds no place on its host has it as soon as there is one', () =>
  withEngine({ ...SMALL, slow, busy: workflow(`funcs.call('app:slow')`), main: waiting }, async (app) => {
    await spawn(app, 'main', 'm')
    await spawn(app, 'busy', 'a')
    await app.logged('called', 1)
    await spawn(app, 'busy', 'b')
    await app.logged('called', 2)
    for (const topic of ['first', 'last']) await send(app, 'm', topic, '1')
    assert.equal(app.processes('app:main'), [])
    await interventions(app).terminate('a')
    assert.is((await ended(app, 'm')).value, 'last')
  }))

test('a workflow that sends more than may wait for another one is told so, and what was taken arrives', () => {
  const most = MOST_MAIL - 2
  return withEngine(
    {
      receiver: workflow(`
        local inbox, seen = process.inbox(), {}
        inbox:receive()
        while true do
          local topic = inbox:receive():topic()
          if topic == 'last' then return seen end
          if topic ~= 'filler' then seen[#seen + 1] = topic end
        end`),
      sender: workflow(`
        local told = {}
        for n = 1, 4 do
          local ok, err = process.send('{app:workflows|r}', 'm' .. n)
          told[n] = ok or err:kind()
        end
        local _, err = process.send('{app:workflows|nobody}', 'm')
        return { told, err:kind() }`),
    },
    async (app) => {
      const { engine } = workflowsOf(app.node.parts)
      await spawn(app, 'receiver', 'r')
      await app.until(() => app.processes('app:receiver')[0]?.state === 'waiting', 'its first step')
      await interventions(app).pause('r')
      const filler = messageOf('', Buffer.from('filler'), encodeAll([1]))
      await Promise.all(Array.from({ length: most }, () => engine.post('r', filler)))
      await spawn(app, 'sender', 's')
      assert.equal((await ended(app, 's')).value, [[true, true, 'RateLimited', 'RateLimited'], 'NotFound'])
      assert.is(await engine.room('r'), 0)
      await interventions(app).resume('r')
      const wait = async (): Promise<void> => {
        while ((await engine.room('r')) === 0) await new Promise((resolve) => setImmediate(resolve))
      }
      await app.patient(wait(), 'room')
      await send(app, 'r', 'last', '1')
      assert.equal((await ended(app, 'r')).value, ['m1', 'm2'])
    },
  )
})

test.run()
