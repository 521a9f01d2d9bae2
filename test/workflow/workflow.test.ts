// Workflows in an app: started, signalled, interrupted at any point and gone on with by a node that starts anew.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { workflowsOf } from '../../src/app/workflows.ts'
import { type Draft, failure, func, proc, start, withApp } from '../support/app.ts'
import { again, ended, exec, HOST, send, spawn, WITHOUT_ROOM, workflow } from './app.ts'

const counter = func('return function(x) return x * 2 end')
const SUM = workflow(`
  local n = ...
  local total = 0
  for i = 1, n do total = total + funcs.call('app:double', i) end
  time.sleep('20ms')
  local id, info = uuid.v4(), workflow.info()
  return { total = total, id = #id, type = info.workflow_type, length = info.history_length > 3, random = math.random() < 1 }`)

const ADDER = workflow(`
  local total, inbox = 0, process.inbox()
  while true do
    local message = inbox:receive()
    if message:topic() == 'stop' then return total end
    total = total + message:payload():data()
  end`)

const test = suite('workflows')

for (const [how, options] of [
  ['as usual', {}],
  ['loaded anew for every step', WITHOUT_ROOM],
] as const) {
  test(`a workflow calls, sleeps, draws and returns: ${how}`, () =>
    withApp(
      { ...HOST, double: counter, sum: SUM },
      async (app) => assert.equal(await exec(app, 'sum', '4'), { total: 20, id: 36, type: 'app:sum', length: true, random: true }),
      options,
    ))

  test(`messages are heard in order, and once: ${how}`, () =>
    withApp(
      { ...HOST, adder: ADDER },
      async (app) => {
        await spawn(app, 'adder', 'sums')
        for (let n = 1; n <= 20; n++) await send(app, 'sums', 'add', String(n))
        await send(app, 'sums', 'stop', '0')
        assert.equal(await ended(app, 'sums'), { status: 'completed', value: 210, error: null })
      },
      options,
    ))

  test(`children answer, and their ends are events: ${how}`, () =>
    withApp(
      {
        ...HOST,
        double: counter,
        child: workflow(`local n = ... if n < 0 then error('negative') end time.sleep('5ms') return funcs.call('app:double', n)`),
        parent: workflow(`
          local a = workflow.exec('app:child', 5)
          local b = process.exec('app:child', 'app:worker', 6)
          local none, err = workflow.exec('app:child', -1)
          local events, pid = process.events(), process.spawn('app:child', 'app:workflows', 7)
          local event = events:receive()
          return { a, b, none == nil, tostring(err):find('negative') ~= nil, event.kind, event.from == pid, event.result.value }`),
      },
      async (app) => assert.equal(await exec(app, 'parent'), [10, 12, true, true, 'pid.exit', true, 14]),
      options,
    ))
}

test('a node that starts anew goes on exactly where each workflow was', async () => {
  let app = await start({
    ...HOST,
    adder: ADDER,
    double: counter,
    slow: workflow(`local t = time.now() time.sleep('300ms') return time.now():sub(t):milliseconds() >= 300`),
  })
  try {
    await spawn(app, 'adder', 'sums')
    await spawn(app, 'slow', 'sleeper')
    for (let round = 1; round <= 5; round++) {
      await send(app, 'sums', 'add', String(round))
      app = await again(app)
      await send(app, 'sums', 'add', '100')
    }
    await send(app, 'sums', 'stop', '0')
    assert.equal(await ended(app, 'sums'), { status: 'completed', value: 515, error: null })
    assert.equal(await ended(app, 'sleeper'), { status: 'completed', value: true, error: null })
    app = await again(app)
    assert.equal((await ended(app, 'sums')).value, 515)
  } finally {
    await app.node.stop({ now: true })
  }
})

test('a call without an answer is made again, with the same key', async () => {
  const hang = func(`return function()
    require('logger'):info('called ' .. require('ctx').get('idempotency_key'))
    require('time').sleep('1h')
  end`)
  const quick = func(`return function() return require('ctx').get('idempotency_key') end`)
  const calls = workflow(`
    local once, err = funcs.new():with_options({ ['activity.at_most_once'] = (...) == 'once' }):call('app:hang')
    return { once, err and err:kind() ~= nil and tostring(err) }`)
  let app = await start({ ...HOST, hang, calls })
  try {
    await spawn(app, 'calls', 'pay-1')
    await spawn(app, 'calls', 'pay-2', `'once'`)
    await app.logged('called pay-1/1/1')
    await app.logged('called pay-2/1/1')
    app = await again(app)
    await app.logged('called pay-1/1/1')
    const { value } = await ended(app, 'pay-2')
    assert.match(String((value as unknown[])[1]), /not known/)
    assert.not.ok(app.messages.includes('called pay-2/1/1'))
    await app.put('app:hang', quick)
    await app.node.stop({ now: true })
  } finally {
    await app.node.stop({ now: true })
  }
})

test('a setting of workflows that cannot be what it is is told', async () => {
  for (const [set, said] of [
    ['workflow.checkpoint=5', 'checkpoint: not a map'],
    ['workflow.checkpoint.records=-1', 'no whole number'],
    ['workflow.lease=5ms', 'too short'],
    ['workflow.retention.ended=soon', 'is not a duration'],
  ] as const) {
    const app = await start(HOST, { set: [set] })
    await app.node.stop({ now: true })
    const [problem] = app.node.problems
    assert.is(problem?.code, 'WORKFLOW_SETTING', set)
    assert.match(problem?.text ?? '', said)
  }
})

test('a name that runs is used, an id may be refused, what has ended may begin anew', () =>
  withApp({ ...HOST, adder: ADDER }, async (app) => {
    const pid = await spawn(app, 'adder', 'one')
    assert.is(pid, '{app:workflows|one}')
    assert.is(await spawn(app, 'adder', 'one'), pid)
    const strict = `process.with_options({ ['temporal.workflow.id'] = 'one', ['temporal.workflow.id_conflict_policy'] = 'fail' })`
    const refused = await failure(app.eval(`local pid, err = ${strict}:spawn('app:adder', 'app:workflows') if err then error(err) end`))
    assert.is(refused.kind, 'AlreadyExists')
    await send(app, 'one', 'stop', '0')
    assert.is((await ended(app, 'one')).value, 0)
    await app.eval(`${strict}:with_message('add', 7):with_message('stop', 0):spawn('app:adder', 'app:workflows')`)
    await app.patient(
      (async () => {
        while ((await ended(app, 'one')).value !== 7) await new Promise((resolve) => setImmediate(resolve))
      })(),
      'the second run',
    )
  }))

test('cancel is an event, terminate an end from outside; both outlive the node', async () => {
  const patient = workflow(`
    local event = process.events():receive()
    return nil, errors.new{ kind = errors.CANCELED, message = event.reason }`)
  let app = await start({ ...HOST, patient, adder: ADDER })
  try {
    await spawn(app, 'patient', 'c')
    await spawn(app, 'adder', 't')
    await app.eval(`process.cancel('{app:workflows|c}', 'enough')`)
    const { status, error } = await ended(app, 'c')
    assert.equal([status, error], ['cancelled', { kind: 'Canceled', text: 'enough' }])
    await app.eval(`local ok, err = process.terminate('{app:workflows|t}') if err then error(err) end`)
    assert.is((await ended(app, 't')).status, 'terminated')
    app = await again(app)
    assert.is((await ended(app, 't')).status, 'terminated')
    const gone = await failure(send(app, 't', 'add', '1'))
    assert.is(gone.kind, 'NotFound')
  } finally {
    await app.node.stop({ now: true })
  }
})

test('a workflow keeps the code it began with; upgrade begins a new run in the same journal', async () => {
  const code = (version: number, next: string): Draft =>
    workflow(`
      local inbox = process.inbox()
      while true do
        local message = inbox:receive()
        if message:topic() == 'upgrade' then process.upgrade(nil, 'again')
        elseif message:topic() == 'stop' then return { ${version}, workflow.version('x', 1, ${version}), ... } end
        ${next}
      end`)
  let app = await start({ ...HOST, code: code(1, '') })
  try {
    await spawn(app, 'code', 'old')
    await spawn(app, 'code', 'moved')
    await send(app, 'old', 'go', '1')
    await send(app, 'moved', 'go', '1')
    await app.put('app:code', { ...code(2, `time.sleep('1ms')`), code: code(2, `time.sleep('1ms')`).code! })
    await send(app, 'moved', 'upgrade', '1')
    await send(app, 'old', 'stop', '1')
    await send(app, 'moved', 'stop', '1')
    assert.equal((await ended(app, 'old')).value, [1, 1])
    assert.equal((await ended(app, 'moved')).value, [2, 2, 'again'])
    app = await again(app)
  } finally {
    await app.node.stop({ now: true })
  }
})

test('a workflow is found by what it says of itself, from its start on and when that changes', () =>
  withApp(
    {
      ...HOST,
      order: workflow(`
    local inbox = process.inbox()
    inbox:receive()
    local ok, err = workflow.attrs{ search = { customer = 7, tag = { 'a', 'b' } } }
    local no, why = workflow.attrs{ search = { wrong = { {} } } }
    inbox:receive()
    return { ok, why:kind() }`),
    },
    async (app) => {
      const { engine } = workflowsOf(app.node.parts)
      const found = async (...attributes: [string, string][]) => (await engine.list({ attributes, limit: 10 })).map(({ id }) => id)
      await app.eval(`process.with_options{ ['temporal.workflow.id'] = 'o', ['temporal.workflow.search_attributes'] = { state = 'new' } }
      :spawn('app:order', 'app:workflows')`)
      assert.equal(await found(['state', 'new']), ['o'])
      await send(app, 'o', 'go', '1')
      while ((await found(['customer', '7'], ['tag', 'b'], ['state', 'new'])).length === 0)
        await new Promise((resolve) => setImmediate(resolve))
      await send(app, 'o', 'go', '1')
      assert.equal((await ended(app, 'o')).value, [true, 'Invalid'])
      assert.equal([await found(['customer', '7']), await found(['customer', '8'])], [['o'], []])
    },
  ))

test('any process may be durable', async () => {
  const adder = proc(ADDER.code!, { meta: { durable: true }, modules: ['workflow', 'funcs', 'time', 'uuid', 'ctx'] })
  let app = await start({ adder })
  try {
    await app.eval(`process.with_options({}):with_name('p'):spawn('app:adder', 'app:processes')`)
    await app.eval(`assert(process.send('{app:processes|p}', 'add', 3))`)
    app = await again(app)
    await app.eval(`assert(process.send('{app:processes|p}', 'add', 4)) assert(process.send('{app:processes|p}', 'stop', 0))`)
    assert.is((await ended(app, 'p')).value, 7)
  } finally {
    await app.node.stop({ now: true })
  }
})

test('a workflow may not use what the journal knows nothing of', async () => {
  const app = await start({ ...HOST, events: { kind: 'workflow.lua', code: 'return { main = function() end }', modules: ['events'] } })
  assert.equal(
    app.node.problems.map(({ code }) => code),
    ['WORKFLOW_MODULE'],
  )
  await app.node.stop({ now: true })
})

test.run()
