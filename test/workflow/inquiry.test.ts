// Questions to workflows: answered by their own code, on a copy.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { workflowsOf } from '../../src/app/workflows.ts'
import { encodeAll } from '../../src/msgpack.ts'
import type { Pid } from '../../src/pid.ts'
import { Inquiries, inquire, type Question } from '../../src/workflow/inquiry.ts'
import { type Draft, failure, func, withApp } from '../support/app.ts'
import { program } from '../vm/lua-process.ts'
import { Journal } from './journal.ts'

const ADDER = program(
  `local workflow = require('workflow')
  local total, inbox = 0, process.inbox()
  workflow.query('total', function(more) return total + (more or 0) end)
  workflow.query('bump', function() total = total + 1 return total end)
  workflow.query('several', function() return nil, require('errors').new{ kind = 'Invalid', message = 'not that' } end)
  workflow.query('calls', function() return process.registry.lookup('x') end)
  workflow.query('sends', function() process.send('nobody', 'x') return 1 end)
  workflow.query('waits', function() return inbox:receive() end)
  workflow.query('spins', function() while true do end end)
  workflow.query('fails', function() local t = nil return t.x end)
  workflow.query('me', function() return process.pid() end)
  workflow.query('counts', function(to) local n = 0 for i = 1, to do n = n + i end return n end)
  while true do
    local n = inbox:receive():payload():data()
    if n < 0 then
      workflow.query('total')
      return total
    end
    for i = 1, n * 1000 do total = total + 1 / 1000 end
    total = math.floor(total + 0.5)
  end`,
  ['workflow'],
)

/** A journal: it begins, then takes in each number. */
const adder = async (...numbers: number[]) => {
  const journal = new Journal(ADDER)
  journal.step()
  for (const n of numbers) {
    journal.process.post('n', [n])
    while (journal.step(n > 1000 ? 1000 : 100_000) === 'again' && n <= 1000);
  }
  const { workshop, head, engine } = await journal.stored()
  const ask = (name: string, { args = [], ...more }: Partial<Omit<Question, 'args'>> & { args?: readonly unknown[] } = {}) =>
    inquire(workshop, head, { name, args: encodeAll(args), nowMs: 0, ...more })
  return { ask, head, engine }
}

const COUNTER = `return function()
  local count, workflow = 0, require('workflow')
  workflow.query('count', function(more) return count + more end)
  process.inbox():receive()
end`

const test = suite('inquiry')

test('a query answers from the state of its workflow, with its arguments', async () => {
  const { ask } = await adder(3, 4)
  assert.is(await ask('total'), 7)
  assert.is(await ask('total', { args: [100] }), 107)
  assert.is(await ask('me'), '{app:workflows|w}')
})

test('it is asked of the past as well', async () => {
  const { ask, head } = await adder(3, 4)
  assert.is(await ask('total', { seq: 3 }), 3)
  assert.is(await ask('total', { seq: 2 }), 0)
  assert.match((await failure(ask('total', { seq: 1 }))).message, /no query 'total': it answers none/)
  assert.is(head.seq, 4)
})

test('what a query changes is forgotten, and nothing is written', async () => {
  const { ask, engine, head } = await adder(3)
  assert.is(await ask('bump'), 4)
  assert.is(await ask('bump'), 4)
  assert.is(await ask('total'), 3)
  assert.equal(await engine.head('w'), head)
})

test('a workflow that has ended answers too', async () => {
  const { ask } = await adder(3, -1)
  assert.is(await ask('bump'), 4)
  const gone = await failure(ask('total'))
  assert.equal(
    [gone.kind, gone.message],
    ['NotFound', "no query 'total': it answers bump, calls, counts, fails, me, sends, several, spins, waits"],
  )
})

test('a query cannot ask, send, wait or go on for ever', async () => {
  const { ask } = await adder(1)
  for (const [name, code, said] of [
    ['calls', 'QUERY_REFUSED', /the query "calls" wants something of others: process\.registry\.lookup/],
    ['sends', 'QUERY_REFUSED', /the query "sends" wants something of others: nobody/],
    ['waits', 'QUERY_REFUSED', /the query "waits" waits for something/],
    ['spins', 'QUERY_FUEL', /does not end within 50000000 units of fuel/],
  ] as const) {
    const error = await failure(ask(name))
    assert.is(error.code, code)
    assert.match(error.message, said)
  }
})

test('others have their turns while it computes', async () => {
  const { ask } = await adder(1)
  let turns = 0
  let isOver = false
  const turn = (): void => {
    turns++
    if (!isOver) setImmediate(turn)
  }
  await ask('counts', { args: [1] })
  setImmediate(turn)
  const before = turns
  const sum = await ask('counts', { args: [1_000_000] })
  isOver = true
  assert.is(sum, 500_000_500_000)
  assert.ok(turns - before >= 3, `${turns - before} turns`)
})

test('its errors are those of its code, with the place', async () => {
  const { ask } = await adder(1)
  const failed = await failure(ask('fails'))
  assert.match(failed.message, /main\.lua:10: attempt to index a nil value \(local 't'\)/)
  assert.match(failed.frame!, /main\.lua:10/)
  assert.equal([(await failure(ask('several'))).kind, (await failure(ask('several'))).message], ['Invalid', 'not that'])
})

test('in the middle of a computation it does not answer', async () => {
  const { ask } = await adder(2000)
  const error = await failure(ask('total'))
  assert.equal([error.code, error.retryable], ['QUERY_BUSY', true])
})

test('of many who ask at once some are refused, and nobody else', async () => {
  const journal = new Journal(ADDER)
  journal.step()
  const { workshop } = await journal.stored()
  const inquiries = new Inquiries(workshop, () => 0)
  const ask = () => inquiries.ask('{app:workflows|w}' as Pid, 'total', encodeAll([]))
  const answers = await Promise.allSettled(Array.from({ length: 20 }, ask))
  const refused = answers.filter(({ status }) => status === 'rejected').map((answer) => (answer as PromiseRejectedResult).reason.code)
  assert.equal(
    refused,
    Array.from({ length: 4 }, () => 'QUERY_CROWD'),
  )
  assert.is(await ask(), 0)
})

test('Lua asks by pid, from anywhere, if it may', async () => {
  const entries: Readonly<Record<string, Draft>> = {
    workflows: { kind: 'workflow.host' },
    one: { kind: 'workflow.lua', modules: ['workflow'], code: COUNTER },
    reader: func(`return function() return require('workflow').read('{app:workflows|one}', 'count') end`, { modules: ['workflow'] }),
    two: {
      kind: 'workflow.lua',
      modules: ['workflow'],
      code: `return function() return require('workflow').read('{app:workflows|one}', 'count', 100) end`,
    },
  }
  await withApp(entries, async (app) => {
    const start = (entry: string, id: string) => workflowsOf(app.node.parts).start(`app:${entry}`, 'app:workflows', encodeAll([]), id)
    const read = (pid: string) =>
      app.eval(`local value, err = require('workflow').read('${pid}', 'count', 1) return { value or false, err and err:kind() or false }`, {
        modules: ['workflow'],
      })
    await start('one', 'one')
    const { engine } = workflowsOf(app.node.parts)
    const stepped = async () => {
      while ((await engine.head('one'))!.seq < 2) await new Promise((resolve) => setImmediate(resolve))
    }
    await app.patient(stepped(), 'its first step')
    assert.equal(await read('{app:workflows|one}'), [1, false])
    assert.equal(await read('{app:processes|one}'), [false, 'NotFound'])
    assert.equal(await read('one'), [false, 'NotFound'])
    const own = await app.eval(`return process.exec('app:two', 'app:workflows')`)
    assert.is(own, 100)
    const denied = await app.eval(
      `local security, funcs = require('security'), require('funcs')
       local value, err = funcs.new():with_actor(security.new_actor('ada')):with_scope(security.new_scope()):call('app:reader')
       return err and err:kind()`,
      { modules: ['security', 'funcs'] },
    )
    assert.is(denied, 'PermissionDenied')
  })
})

test.run()
