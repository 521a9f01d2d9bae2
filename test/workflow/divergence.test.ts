// Replays that differ: the record, both sides, and the line of Lua that does it.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { workflowsOf } from '../../src/app/workflows.ts'
import { WippyError } from '../../src/error.ts'
import { Environment } from '../../src/lmdb/environment.ts'
import { encodeAll } from '../../src/msgpack.ts'
import type { Program } from '../../src/program.ts'
import { storedProgram } from '../../src/service/stored-start.ts'
import { cardOf } from '../../src/workflow/card.ts'
import type { Engine } from '../../src/workflow/engine.ts'
import { LmdbEngine } from '../../src/workflow/lmdb.ts'
import { rebuild } from '../../src/workflow/rebuild.ts'
import { failure, start, startIn } from '../support/app.ts'
import { program } from '../vm/lua-process.ts'
import { Journal } from './journal.ts'

const test = suite('divergence')

const step = (op: string): string => `answer = process.registry.lookup('${op}')`
const lines = (...all: string[]): Program => program(['local answer', ...all, 'return answer'].join('\n'))

/** What replaying the journal of `old` on `code` ends with. */
const replayed = async (old: Program, code: Program): Promise<WippyError | null> => {
  const { workshop, head } = await new Journal(old).run((op, n) => [`${op} ${n}`]).stored()
  try {
    const { body } = await rebuild(workshop, head, { code: storedProgram(code).bytes })
    body.close()
    return null
  } catch (error) {
    assert.instance(error, WippyError)
    return error as WippyError
  }
}
const told = (error: WippyError | null) =>
  error && [error.code, error.details?.record, error.details?.was, error.details?.is, error.where?.line]

const ABC = lines(step('a'), step('b'), step('c'))

test('the same code does the same', async () => assert.is(await replayed(ABC, lines(step('a'), step('b'), step('c'))), null))

test('another ask is told with the record, both sides, and its line', async () => {
  const error = await replayed(ABC, lines(step('a'), '', step('x'), step('c')))
  assert.equal(told(error), ['WORKFLOW_DIVERGED', 3, 'asks process.registry.lookup b', 'asks process.registry.lookup x', 4])
  assert.is(error!.where!.file, 'main.lua')
  assert.match(error!.message, /^workflow "w" does otherwise than it did: at record 3 it asks .* x, and then it asks .* b$/)
})

test('the same ask with other values is told with the values', async () => {
  const ask = (value: number) => `answer = funcs.call('app:charge', ${value})`
  const funcs = (value: number): Program => ({ ...lines(`local funcs = require('funcs')`, step('a'), ask(value)), modules: ['funcs'] })
  const error = await replayed(funcs(5), funcs(6))
  assert.equal([error?.details?.record, error?.where?.line], [3, 4])
  assert.match(String(error?.details?.was), /^asks funcs\.call app:charge \(.*5\)$/)
  assert.match(String(error?.details?.is), /^asks funcs\.call app:charge \(.*6\)$/)
})

test('what looks the same and is not is told as that', async () => {
  const long = (end: string) => lines(step('a'), `answer = process.registry.lookup(('x'):rep(1000) .. '${end}')`)
  const name = (end: string) =>
    lines(`coroutine.spawn(function()`, `process.send('nobody', 'topic', ('x'):rep(1000) .. '${end}')`, 'end)', step('a'))
  assert.equal(told(await replayed(long('a'), long('a'))), null)
  assert.match(String((await replayed(long('a'), long('b')))?.details?.is), /^asks process\.registry\.lookup x+b$/)
  assert.match(String((await replayed(name('a'), name('b')))?.details?.is), /^sends "topic" to nobody \("x+…\) with other bytes$/)
})

test('of several coroutines, the one that does it is told; also of several asks of one step', async () => {
  const many = (second: string): Program =>
    lines(
      `coroutine.spawn(function()`,
      `  process.registry.lookup('one')`,
      `end)`,
      `coroutine.spawn(function()`,
      `  process.registry.lookup('${second}')`,
      `end)`,
      step('three'),
    )
  assert.equal(told(await replayed(many('two'), many('deux'))), [
    'WORKFLOW_DIVERGED',
    2,
    'asks process.registry.lookup two',
    'asks process.registry.lookup deux',
    6,
  ])
})

test('an end that comes earlier, or another one, is told with the line before it', async () => {
  assert.equal(told(await replayed(ABC, lines(step('a'), step('b')))), [
    'WORKFLOW_DIVERGED',
    4,
    'asks process.registry.lookup c',
    'ends well',
    3,
  ])
  const error = await replayed(ABC, lines(step('a'), step('b'), step('c'), `error('no')`))
  assert.equal(told(error)!.slice(0, 4), ['WORKFLOW_DIVERGED', 5, 'ends well', 'ends with an error'])
})

const SLOWER = lines(step('a'), 'for i = 1, 10 do end', step('b'), step('c'))

test('other code may do more work for the same', async () => assert.is(await replayed(ABC, SLOWER), null))

test('what should be the same code may not: it is told with where it waits', async () => {
  const { workshop, head, engine } = await new Journal(ABC).run((op, n) => [`${op} ${n}`]).stored()
  await engine.putCode(cardOf(head.card).code, storedProgram(SLOWER).bytes)
  const error = await failure(rebuild(workshop, head))
  assert.equal([error.code, error.where?.line === undefined], ['WORKFLOW_DIVERGED', false])
  assert.match(String(error.details?.is), /^spends \d+$/)
})

test('a node leaves a workflow that differs alone and says where; with the right code it goes on', async () => {
  const code = (op: string) => `return function()
    local inbox = process.inbox()
    inbox:receive()
    process.registry.lookup('${op}')
    inbox:receive()
    return 'done'
  end`
  let app = await start({ workflows: { kind: 'workflow.host' }, one: { kind: 'workflow.lua', code: code('right') } })
  const signal = () => workflowsOf(app.node.parts).signal('one', 'go', encodeAll([]))
  const headOf = async () => (await workflowsOf(app.node.parts).engine.head('one'))!
  /** The node starts anew; meanwhile its engine is changed. */
  const again = async (change: (engine: Engine) => Promise<void>): Promise<void> => {
    await app.node.stop({ now: true })
    const env = new Environment(app.node.config.state)
    await change(new LmdbEngine(env))
    await env.close()
    app = await startIn(app.root)
  }
  try {
    await workflowsOf(app.node.parts).start('app:one', 'app:workflows', encodeAll([]), 'one')
    await signal()
    await app.patient(
      (async () => {
        while ((await headOf()).seq < 4) await new Promise((resolve) => setImmediate(resolve))
      })(),
      'its second step',
    )
    const { code: hash } = cardOf((await headOf()).card)
    let right = new Uint8Array(0)
    await again(async (engine) => {
      right = Uint8Array.from((await engine.code(hash))!)
      const wrong = Buffer.from(right).toString('latin1').replace("'right'", "'wrong'")
      await engine.removeCode(hash)
      await engine.putCode(hash, Buffer.from(wrong, 'latin1'))
    })
    const before = await headOf()
    await signal()
    const said =
      /^workflow "one" does otherwise than it did: at record 3 it asks process\.registry\.lookup wrong, and then it asks .* right/
    await app.until(() => app.messages.some((message) => said.test(message)), 'what is wrong')
    assert.is(app.lines.find(({ message }) => said.test(message))!.fields.at, 'src/one.lua:4')
    assert.equal(await headOf(), before)
    const { interventions, engine } = workflowsOf(app.node.parts)
    assert.is(interventions.problemOf('one')?.code, 'WORKFLOW_DIVERGED')
    assert.is((await failure(interventions.resume('one'))).code, 'WORKFLOW_DIVERGED')
    await engine.removeCode(hash)
    await engine.putCode(hash, right)
    await interventions.resume('one')
    assert.is(interventions.problemOf('one'), null)
    await app.patient(
      (async () => {
        while ((await headOf()).status !== 'completed') await new Promise((resolve) => setImmediate(resolve))
      })(),
      'its end',
    )
  } finally {
    await app.node.stop({ now: true })
  }
})

test.run()
