// The workflows whose journals are kept: one for each thing that a journal can say. Changing them changes nothing of what was recorded.

import { workflowsOf } from '../../src/app/workflows.ts'
import { encodeAll } from '../../src/msgpack.ts'
import { type Draft, func, type TestApp } from '../support/app.ts'
import { ended, HOST, send, spawn, workflow } from '../workflow/app.ts'

export const APP: Readonly<Record<string, Draft>> = {
  ...HOST,
  double: func('return function(x) return x * 2 end'),
  refuses: func(`return function() error('refused') end`),
  calls: workflow(`
    local total = 0
    for i = 1, 4 do total = total + funcs.call('app:double', i) end
    local none, err = funcs.call('app:refuses')
    local a, b = funcs.async('app:double', 10), funcs.async('app:double', 20)
    total = total + a:response():receive():data() + b:response():receive():data()
    return { total = total, refused = none == nil and tostring(err), id = uuid.v4(), drawn = math.random(1000), at = os.time() }`),
  timers: workflow(`
    local began, ticks, ticker = time.now(), 0, time.ticker('2ms')
    for _ = 1, 3 do ticker:channel():receive() ticks = ticks + 1 end
    ticker:stop()
    local late = channel.select{ time.after('1h'):case_receive(), time.after('1ms'):case_receive() }
    time.sleep('2ms')
    return { ticks = ticks, late = late ~= nil, slept = time.now():sub(began):milliseconds() >= 8 }`),
  signals: workflow(`
    local inbox, said = process.inbox(), {}
    for _ = 1, 5 do
      local message = inbox:receive()
      said[#said + 1] = message:topic() .. '=' .. tostring(message:payload():data())
    end
    return table.concat(said, ' ')`),
  child: workflow(`
    local what = ...
    if what == 'fail' then error('it failed') end
    if what == 'wait' then return process.events():receive().kind end
    return funcs.call('app:double', what)`),
  children: workflow(`
    local events = process.events()
    local ten = workflow.exec('app:child', 5)
    local none, err = workflow.exec('app:child', 'fail')
    local pid = assert(process.spawn('app:child', 'app:workflows', 'wait'))
    assert(process.cancel(pid, 'enough'))
    local event = events:receive()
    return { ten, none == nil, err:kind(), event.kind, event.from == pid, event.result.value }`),
  checkpointed: workflow(`
    local rows, seed = {}, 7
    for i = 1, 40 do
      rows[i] = { name = ('row %d'):format(i), twice = funcs.call('app:double', i) }
      for _ = 1, 200 do seed = (seed * 1103515245 + 12345) % 2147483648 end
    end
    local sum = 0
    for _, row in ipairs(rows) do sum = sum + row.twice end
    return { sum = sum, seed = seed }`),
  upgraded: workflow(`
    local run = ... or 1
    local total = funcs.call('app:double', run)
    if run < 3 then process.upgrade(nil, run + 1) end
    return { run = run, total = total, version = workflow.version('step', 1, 2) }`),
  failed: workflow(`
    time.sleep('1ms')
    error(errors.new{ kind = 'Invalid', message = 'this is how it ends' })`),
  busy: workflow(`
    local sum = 0
    coroutine.spawn(function() for i = 1, 150000 do sum = sum + i % 7 end end)
    for i = 1, 400000 do sum = sum + i % 3 end
    local twice = funcs.call('app:double', sum)
    for i = 1, 400000 do sum = sum + i % 5 end
    return { sum, twice }`),
  /** It waits, for ever: what is gone on with. */
  waiting: workflow(`
    local inbox, total = process.inbox(), 0
    for i = 1, 3 do total = total + funcs.call('app:double', inbox:receive():payload():data()) end
    return { total = total, drawn = math.random(1000) > 0 }`),
}

/** Journals of this long are cut into several checkpoints. */
export const SETTINGS = { set: ['workflow.checkpoint.records=8', 'workflow.kept=2'] }
export const NAMES = ['calls', 'timers', 'signals', 'children', 'checkpointed', 'upgraded', 'failed', 'busy', 'waiting']

/** Runs all of them, as far as each goes. */
export const runAll = async (app: TestApp): Promise<void> => {
  for (const name of NAMES) await spawn(app, name, name)
  for (let n = 1; n <= 5; n++) await send(app, 'signals', `topic${n}`, String(n * n))
  for (const n of [1, 2]) await send(app, 'waiting', 'add', String(n))
  for (const name of NAMES) if (name !== 'waiting') await ended(app, name)
  await waits(app, 'waiting', 6)
}

/** Resolves when a workflow has so many records and nothing to do. */
const waits = (app: TestApp, id: string, records: number): Promise<void> => {
  const { engine } = workflowsOf(app.node.parts)
  const wait = async (): Promise<void> => {
    for (let head = await engine.head(id); head === null || head.seq < records || head.active; head = await engine.head(id))
      await new Promise((resolve) => setImmediate(resolve))
  }
  return app.patient(wait(), `${records} records of ${id}`)
}

/** What becomes of `waiting`, wherever it was imported. */
export const goOn = async (app: TestApp): Promise<unknown> => {
  const workflows = workflowsOf(app.node.parts)
  await workflows.interventions.resume('waiting')
  await workflows.signal('waiting', 'add', encodeAll([4]))
  return (await ended(app, 'waiting')).value
}
