// What is done to workflows from outside: paused and resumed over restarts, ended whatever state their journal is in.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Journal, views } from '../../src/app/workflow-view.ts'
import { workflowsOf } from '../../src/app/workflows.ts'
import { Environment } from '../../src/lmdb/environment.ts'
import { decodeAll, encodeAll } from '../../src/msgpack.ts'
import { cardOf } from '../../src/workflow/card.ts'
import { hasEnded, MOST_MAIL } from '../../src/workflow/engine.ts'
import type { Interventions } from '../../src/workflow/interventions.ts'
import { ALL } from '../../src/workflow/partition.ts'
import { type Draft, failure, func, start, startIn, type TestApp, withApp } from '../support/app.ts'
import { HOUR_MS, LaterClock } from '../support/later-clock.ts'

const HOST: Readonly<Record<string, Draft>> = { workflows: { kind: 'workflow.host' } }
const workflow = (code: string): Draft => ({
  kind: 'workflow.lua',
  code: `local funcs, time = require('funcs'), require('time')
    return function(...) ${code}
    end`,
  modules: ['funcs', 'time'],
})
const ADDER = workflow(`
  local total, inbox = 0, process.inbox()
  while true do
    local message = inbox:receive()
    if message:topic() == 'stop' then return total end
    total = total + message:payload():data()
  end`)

const interventions = (app: TestApp): Interventions => workflowsOf(app.node.parts).interventions
const begin = (app: TestApp, name: string, id: string): Promise<unknown> =>
  workflowsOf(app.node.parts).start(`app:${name}`, 'app:workflows', encodeAll([]), id)
const signal = (app: TestApp, id: string, topic: string, ...values: unknown[]): Promise<void> =>
  workflowsOf(app.node.parts).signal(id, topic, encodeAll(values))
const headOf = async (app: TestApp, id: string) => (await workflowsOf(app.node.parts).engine.head(id))!

const again = async (app: TestApp, options: Parameters<typeof startIn>[1] = {}): Promise<TestApp> => {
  await app.node.stop({ now: true })
  return startIn(app.root, options)
}

/** The head of a workflow once `isSo`. */
const become = async (app: TestApp, id: string, isSo: (status: string, seq: number) => boolean) => {
  const wait = async () => {
    for (;;) {
      const head = await headOf(app, id)
      if (isSo(head.status, head.seq)) return head
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
  return app.patient(wait(), `workflow ${id}`)
}
const resultOf = async (app: TestApp, id: string): Promise<unknown> => {
  const { card } = await become(app, id, (status) => status === 'completed')
  return decodeAll(cardOf(card).result!)[0]
}

const test = suite('interventions')

test('a paused workflow takes no step, over a restart as well, and then takes in what has waited', async () => {
  let app = await start({ ...HOST, adder: ADDER })
  try {
    await begin(app, 'adder', 'sums')
    await signal(app, 'sums', 'add', 1)
    await interventions(app).pause('sums')
    const { status, seq, active } = await headOf(app, 'sums')
    assert.equal([status, active], ['paused', false])
    await signal(app, 'sums', 'add', 20)
    assert.is((await failure(interventions(app).pause('sums'))).code, 'WORKFLOW_PAUSED')
    app = await again(app)
    await signal(app, 'sums', 'add', 300)
    await signal(app, 'sums', 'stop')
    assert.is((await headOf(app, 'sums')).seq, seq)
    assert.is((await workflowsOf(app.node.parts).engine.mail('sums', 0, MOST_MAIL)).length >= 3, true)
    await interventions(app).resume('sums')
    assert.is(await resultOf(app, 'sums'), 321)
    assert.is((await failure(interventions(app).resume('sums'))).code, 'WORKFLOW_NOT_FOUND')
  } finally {
    await app.node.stop({ now: true })
  }
})

test('a call that was under way goes on meanwhile, and is not made again', () =>
  withApp(
    {
      ...HOST,
      slow: func(`return function()
        require('logger'):info('called')
        process.inbox():receive()
        require('logger'):info('answers')
        return 7
      end`),
      caller: workflow(`return funcs.call('app:slow')`),
    },
    async (app) => {
      await begin(app, 'caller', 'one')
      await app.logged('called')
      await interventions(app).pause('one')
      const { seq } = await headOf(app, 'one')
      const [slow] = app.processes('app:slow')
      await app.eval(`assert(process.send('${slow!.pid}', 'go'))`)
      await app.logged('answers')
      for (let turn = 0; turn < 3; turn++) await app.eval('return 1') // its answer has had its turn
      assert.is((await headOf(app, 'one')).seq, seq)
      assert.is((await failure(interventions(app).resume('nobody'))).code, 'WORKFLOW_NOT_FOUND')
      await interventions(app).resume('one')
      assert.is(await resultOf(app, 'one'), 7)
      assert.is(app.messages.filter((message) => message === 'called').length, 1)
    },
  ))

test('timers of a paused workflow are nobody else’s burden, and fire when it goes on', async () => {
  let app = await start({ ...HOST, sleeper: workflow(`time.sleep('1ms') time.sleep('1h') return 'rested'`) })
  try {
    await begin(app, 'sleeper', 'one')
    await become(app, 'one', (_, seq) => seq >= 3)
    await interventions(app).pause('one')
    assert.is(await workflowsOf(app.node.parts).engine.nextDue(0, ALL), null)
    app = await again(app, { clock: new LaterClock(HOUR_MS) })
    assert.is((await headOf(app, 'one')).status, 'paused')
    await interventions(app).resume('one')
    assert.is(await resultOf(app, 'one'), 'rested')
  } finally {
    await app.node.stop({ now: true })
  }
})

test('the time a run may take is looked at when it goes on', async () => {
  let app = await start({ ...HOST, adder: ADDER })
  const timers = async () => (await workflowsOf(app.node.parts).engine.timers('long')).map(({ tag, dueMs }) => [tag, dueMs])
  try {
    await app.eval(
      `process.with_options({ ['workflow.id'] = 'long', ['workflow.run_timeout'] = '1h' }):spawn('app:adder', 'app:workflows')`,
    )
    const before = await timers()
    assert.is(before.length, 1)
    await interventions(app).pause('long')
    assert.equal(await timers(), [])
    await interventions(app).resume('long')
    assert.equal(await timers(), before)
    await interventions(app).pause('long')
    app = await again(app)
    assert.equal(await timers(), [])
    await interventions(app).resume('long')
    assert.equal(await timers(), before)
  } finally {
    await app.node.stop({ now: true })
  }
})

test('what is at its end when it is paused or ended by force has one end', () =>
  withApp({ ...HOST, adder: ADDER }, async (app) => {
    for (let n = 0; n < 10; n++) {
      const id = `r${n}`
      await begin(app, 'adder', id)
      await become(app, id, (_, seq) => seq >= 2)
      const sent = signal(app, id, 'stop')
      const isWriting = () => app.processes('app:adder').every(({ pid, state }) => !pid.endsWith(`|${id}}`) || state === 'suspended')
      while (!isWriting()) await new Promise((resolve) => setImmediate(resolve))
      const act = n % 2 === 0 ? interventions(app).pause(id) : interventions(app).terminate(id)
      const refused = await act.then(
        () => null,
        ({ code }) => code,
      )
      assert.ok(refused === null || refused === 'WORKFLOW_NOT_FOUND', refused)
      await sent.catch(({ code }) => assert.is(code, 'PROCESS_NOT_FOUND'))
      if ((await headOf(app, id)).status === 'paused') await interventions(app).resume(id)
      const { status } = await become(app, id, (now) => hasEnded(now))
      assert.is(status === 'completed' || (status === 'terminated' && refused === null), true, status)
      const { records: told } = (await views.journal(workflowsOf(app.node.parts).engine, { id })) as Journal
      assert.is(told.flatMap(({ events }) => events).filter(({ event }) => event === 'ends').length, 1, id)
    }
  }))

test('what is paused can be ended, and who waits for it hears', () =>
  withApp({ ...HOST, adder: ADDER }, async (app) => {
    const waiting = app.eval(`local value, err = process.exec('app:adder', 'app:workflows') return tostring(err)`)
    const found = async (): Promise<string> => {
      for (;;) {
        const [one] = await workflowsOf(app.node.parts).engine.list({ limit: 1 })
        if (one && one.seq >= 2) return one.id
        await new Promise((resolve) => setImmediate(resolve))
      }
    }
    const id = await app.patient(found(), 'the workflow')
    await interventions(app).pause(id)
    await interventions(app).terminate(id)
    assert.match(String(await waiting), /terminated/)
    assert.is((await headOf(app, id)).status, 'terminated')
  }))

test('a workflow whose journal is damaged is left alone, and can be ended', async () => {
  let app = await start({ ...HOST, adder: ADDER })
  try {
    await begin(app, 'adder', 'sums')
    await signal(app, 'sums', 'add', 1)
    await become(app, 'sums', (_, seq) => seq >= 2)
    await app.node.stop({ now: true })
    const env = new Environment(app.node.config.state)
    const log = env.table<readonly [id: string, seq: number]>('workflow.log')
    const bytes = Uint8Array.from(log.get(['sums', 2])!)
    bytes[bytes.length >> 1]! ^= 1
    await env.write((batch) => batch.put(log, ['sums', 2], bytes))
    await env.close()
    app = await startIn(app.root)
    await signal(app, 'sums', 'add', 2)
    await app.until(() => app.messages.some((message) => /record 2 of workflow "sums" is damaged/.test(message)), 'the complaint')
    assert.is((await headOf(app, 'sums')).status, 'running')
    await interventions(app).terminate('sums')
    assert.is((await headOf(app, 'sums')).status, 'terminated')
    await begin(app, 'adder', 'sums')
    await signal(app, 'sums', 'stop')
    assert.is(await resultOf(app, 'sums'), 0)
  } finally {
    await app.node.stop({ now: true })
  }
})

test.run()
