// Workflows run again, looked into, asked, forked, written to files and taken in from them.

import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Environment } from '../../src/lmdb/environment.ts'
import { cardOf } from '../../src/workflow/card.ts'
import { LmdbEngine } from '../../src/workflow/lmdb.ts'
import { directoryWith } from '../registry/scratch.ts'
import { assertPlain, index, refused, wippy } from './command.ts'
import { askNode, askUntil, KEEPER, KEEPER_LUA, whileRunning } from './running.ts'

const test = suite('workflow commands on the past')

const ENTRIES = `${KEEPER}  - name: workflows
    kind: workflow.host
  - name: charge
    kind: function.lua
    source: file://charge.lua
  - name: order
    kind: workflow.lua
    source: file://order.lua
    modules: [funcs, workflow]
`
const ORDER = `local funcs, workflow = require("funcs"), require("workflow")
local paid = {}
return function(order)
  local inbox = process.inbox()
  workflow.query("paid", function(n) return n and paid[n] or paid end)
  workflow.query("pays", function() return funcs.call("app:charge", 1) end)
  while true do
    local item = inbox:receive():payload():data()
    if item == "done" then return { paid = #paid, by = process.pid() } end
    paid[#paid + 1] = funcs.call("app:charge", item * order.factor)
  end
end
`
const FILES = {
  'src/_index.yaml': index(ENTRIES),
  'src/keeper.lua': KEEPER_LUA,
  'src/order.lua': ORDER,
  'src/charge.lua': 'return function(amount) return amount + 0.5 end\n',
}

const said = async (cwd: string, ...args: string[]) => {
  const ended = await wippy(['workflow', ...args], { cwd })
  assert.equal([ended.code, ended.err], [0, ''], args.join(' '))
  return ended.out
}
const asked = async (cwd: string, ...args: string[]) => JSON.parse(await said(cwd, ...args, '--json'))

type Paid = { readonly value: readonly number[] }
/** Resolves when a workflow has paid so often. */
const paid = (cwd: string, id: string, times: number): Promise<Paid> =>
  askUntil<Paid>(cwd, 'workflow.query', { id, name: 'paid' }, ({ value }) => value.length === times)
const ended = (cwd: string, id: string): Promise<unknown> =>
  askUntil<{ status: string }>(cwd, 'workflow.show', { id }, ({ status }) => status === 'completed')

/** An app in which the workflow "one" has paid for 1 and 2, and waits; its node has ended. */
const made = async (): Promise<string> => {
  const cwd = directoryWith(FILES)
  await whileRunning(cwd, async () => {
    await askNode(cwd, 'workflow.start', { entry: 'app:order', id: 'one', input: { factor: 10 } })
    await askUntil<{ records: number }>(cwd, 'workflow.show', { id: 'one' }, ({ records }) => records > 1) // it knows its queries
    for (const n of [1, 2]) {
      await askNode(cwd, 'workflow.signal', { id: 'one', topic: 'item', value: n })
      await paid(cwd, 'one', n)
    }
  })
  return cwd
}
let first: Promise<string> | null = null
/** Such an app for one test. */
const withOne = async (): Promise<string> => {
  first ??= made()
  const cwd = directoryWith({ '.keep': '' })
  cpSync(await first, cwd, { recursive: true, filter: (path) => !path.endsWith('.sock') })
  return cwd
}

test('a workflow is replayed, on its own code and on what the files say now', async () => {
  const cwd = await withOne()
  const same = await asked(cwd, 'replay', 'one')
  assert.equal([same.$type, same.id, same.same, same.difference], ['replay', 'one', true, null])
  assert.ok(same.steps >= 4 && same.fuel > 0)
  assert.match(await said(cwd, 'replay', 'one', '--code', '.'), /^one does what it did: \d+ steps, \d+ units of fuel\n$/)
  assert.match(await said(cwd, 'export', 'one', '-o', 'one.wippy'), /^one was written to one\.wippy: \d+ records, \d+ bytes\n$/)

  writeFileSync(join(cwd, 'src/order.lua'), ORDER.replace('item * order.factor', '\n      item + order.factor'))
  for (const what of ['one', 'one.wippy']) {
    const differs = await wippy(['workflow', 'replay', what, '--code', '.', '--json'], { cwd })
    assert.equal([differs.code, differs.err], [9, ''])
    const { difference } = JSON.parse(differs.out)
    assert.match(difference.was, /^asks funcs\.call app:charge \(.*10\)$/)
    assert.match(difference.is, /^asks funcs\.call app:charge \(.*11\)$/)
    const [stands, stood] = [difference.stands[0], difference.stood[0]]
    assert.equal([stands.file, stood.file, stood.line, stands.defined], ['src/order.lua', 'src/order.lua', 10, 3])
    assert.ok([10, 11].includes(stands.line))
  }
  const text = await wippy(['workflow', 'replay', 'one', '--code', '.'], { cwd })
  assert.match(text.out, /^one does otherwise than it did, at record \d+; before it are the same \d+ steps?, \d+ units of fuel\n/)
  assert.match(
    text.out,
    /\nthen +it asks funcs\.call app:charge \(.*10\) +src\/order\.lua:10\nnow +it asks .*11\) +src\/order\.lua:1[01]\n/,
  )
  assert.is((await wippy(['workflow', 'replay', 'one'], { cwd })).code, 0)
  assertPlain(text)
})

test('a workflow is looked into behind any record', async () => {
  const cwd = await withOne()
  const { records } = await asked(cwd, 'show', 'one')
  const text = await said(cwd, 'show', 'one', '--at', String(records))
  assert.match(
    text,
    /^one behind record \d+ of \d+, \d{4}-.*\nentry {5}app:order\n\nThe main coroutine\n {2}src\/order\.lua:8 in the function at line 3\n/,
  )
  assert.match(text, /\n {4}order +\{ factor = 10 \}\n/)
  assert.match(text, /\n {6}paid +\{ 10\.5, 20\.5 \}\n/)
  const asking = await asked(cwd, 'show', 'one', '--at', '3')
  const [main] = asking.coroutines
  const ask = asking.open.find(({ tag }: { tag: number }) => tag === main.waitsFor)
  assert.equal([asking.record, ask.op, ask.target, main.frames[0].line], [3, 'funcs.call', 'app:charge', 10])
  assert.match(await said(cwd, 'show', 'one', '--at', '3'), /The main coroutine, waits for funcs\.call app:charge\n/)
  assert.match(await said(cwd, 'show', 'one', '--at', '1'), /No coroutine is under way/)
})

test('a workflow is asked, now and then, with a node and without one', async () => {
  const cwd = await withOne()
  await whileRunning(cwd, async () => assert.is(await said(cwd, 'query', 'one', 'paid', '--input', '2'), '20.5\n'))
  assert.equal(await asked(cwd, 'query', 'one', 'paid'), { $type: 'answer', v: 1, id: 'one', query: 'paid', value: [10.5, 20.5] })
  assert.equal((await asked(cwd, 'query', 'one', 'paid', '--at', '2')).value, {})
  await refused(cwd, 'workflow', [
    [['query', 'one', 'what'], 4, /^no query 'what': it answers paid, pays \[QUERY_NONE\]\n {2}→ Ask by one of these names/],
    [['query', 'one', 'pays'], 2, /"pays" wants something of others: funcs\.call \[QUERY_REFUSED\]\n {2}→ A query looks/],
    [['query', 'two', 'paid'], 4, /there is no workflow "two" \[WORKFLOW_NOT_FOUND\]\n {2}→ /],
    [['query', 'one', 'paid', '--at', '99'], 2, /has no record 99: it has records 1 to \d+ \[WORKFLOW_RECORD\]/],
    [['query', 'one', 'paid', '--input', '{'], 2, /--input is not JSON/],
    [['query', 'one'], 2, /name/],
    [['show', 'one', '--at', '99'], 2, /has no record 99/],
    [['show', 'one', '--at', 'x'], 2, /Expected an integer/],
    [['replay', 'nowhere.wippy'], 4, /there is no workflow "nowhere\.wippy"/],
    [['replay', 'src/order.lua'], 2, /src\/order\.lua is no exported workflow \[ARCHIVE_INVALID\]\n {2}→ "wippy workflow export/],
    [
      ['replay', 'one', '--code', '.', '--entry', 'app:ordr'],
      4,
      /there is no entry "app:ordr" in \. \[ENTRY_NOT_FOUND\]\n {2}→ Did you mean "app:order"/,
    ],
    [['replay', 'one', '--code', 'src/nothing'], 4, /src\/nothing: there is nothing at this path/],
    [['replay', 'one', '--entry', 'app:order'], 2, /--code/],
    [['export', 'one'], 2, /output/],
    [['export', 'one', '-o', 'no/where'], 3, /no\/where: cannot be written: .* \[EXPORT_FILE\]/],
    [['export', 'tow', '-o', 'x'], 4, /there is no workflow "tow"/],
    [['fork', 'one', '2'], 7, /Start one with "wippy run"/],
    [['import', 'nothing'], 4, /nothing cannot be read: .* \[ARCHIVE_FILE\]/],
    [['import', 'src/order.lua'], 7, /Start one with/],
  ])
})

test('what keeps a workflow from going on is shown, and it is tried again when that is mended', async () => {
  const cwd = await withOne()
  /** Exchanges a piece of the stored code, under the same name. */
  const exchange = async (old: string, now: string): Promise<void> => {
    const env = new Environment(join(cwd, '.wippy'))
    const engine = new LmdbEngine(env)
    const { card } = (await engine.head('one'))!
    const { code } = cardOf(card)
    const text = Buffer.from((await engine.code(code))!).toString('latin1')
    assert.ok(text.includes(old))
    await engine.removeCode(code)
    await engine.putCode(code, Buffer.from(text.replace(old, now), 'latin1'))
    await env.close()
  }
  await exchange('item * order.factor', 'item + order.factor')
  const said =
    /^stands {4}src\/order\.lua:10: workflow "one" does otherwise than it did: at record 3 it asks .*11\), and then it asks .*10\) \[WORKFLOW_DIVERGED\]\n {10}→ Nothing was lost/m
  await whileRunning(cwd, async () => {
    await askNode(cwd, 'workflow.signal', { id: 'one', topic: 'item', value: 3 })
    await askUntil<{ problem?: unknown }>(cwd, 'workflow.show', { id: 'one' }, ({ problem }) => problem !== undefined)
    assert.match((await wippy(['workflow', 'show', 'one'], { cwd })).out, said)
    const { problem, status } = await asked(cwd, 'show', 'one')
    assert.equal([problem.code, problem.at, status], ['WORKFLOW_DIVERGED', 'src/order.lua:10', 'running'])
    const still = await wippy(['workflow', 'resume', 'one'], { cwd })
    assert.equal([still.code, still.out], [9, ''])
    assert.match(still.err, /^src\/order\.lua:10: workflow "one" does otherwise than it did/)
  })
  await exchange('item + order.factor', 'item * order.factor')
  await whileRunning(cwd, async () => {
    assert.equal((await paid(cwd, 'one', 3)).value, [10.5, 20.5, 30.5])
  })
})

test('a workflow is forked, exported, and taken in by another app; the copies go their own ways', async () => {
  const cwd = await withOne()
  const { records } = await asked(cwd, 'show', 'one')
  await whileRunning(cwd, async () => {
    const forked = await asked(cwd, 'fork', 'one', '3', '--id', 'again')
    assert.equal(forked, { $type: 'forked', v: 1, id: 'again', from: 'one', record: 3, status: 'running' })
    await paid(cwd, 'again', 1)
    await askNode(cwd, 'workflow.signal', { id: 'again', topic: 'item', value: 'done' })
    await ended(cwd, 'again')
    const shown = await asked(cwd, 'show', 'again')
    assert.equal(shown.result, { paid: 1, by: '{app:workflows|again}' })
    assert.match(await said(cwd, 'show', 'again'), /\n4 +\S+ +goes on from record 3 of one\n/)
    await refused(cwd, 'workflow', [
      [['fork', 'one', '99'], 2, /has no record 99/],
      [
        ['fork', 'again', String(shown.records)],
        2,
        /cannot be forked at record \d+: that is its end \[WORKFLOW_FORK\]\n {2}→ Take a record before/,
      ],
      [['fork', 'one', '3', '--id', 'again'], 9, /workflow "again" exists already: it is completed \[WORKFLOW_EXISTS\]/],
    ])
  })
  assert.is((await asked(cwd, 'show', 'one')).records, records)
  await said(cwd, 'export', 'one', '-o', 'one.wippy')

  const other = directoryWith(FILES)
  const file = join(cwd, 'one.wippy')
  const torn = join(other, 'torn.wippy')
  writeFileSync(torn, readFileSync(file).subarray(0, -9))
  await whileRunning(other, async () => {
    const refused = await wippy(['workflow', 'import', torn], { cwd: other })
    assert.match(refused.err, /is damaged: it is torn: 9 of \d+ bytes are missing \[ARCHIVE_DAMAGED\]/)
    const imported = await asked(other, 'import', file)
    assert.equal([imported.$type, imported.id, imported.status], ['imported', 'one', 'paused'])
    const twice = await wippy(['workflow', 'import', file], { cwd: other })
    assert.match(twice.err, /workflow "one" exists already: it is paused/)
    const renamed = await wippy(['workflow', 'import', file, '--id', 'uno'], { cwd: other })
    assert.match(renamed.err, /To let it go on: wippy workflow resume uno\n/)
    for (const id of ['one', 'uno']) {
      await said(other, 'resume', id)
      await askNode(other, 'workflow.signal', { id, topic: 'item', value: 'done' })
      await ended(other, id)
      assert.equal((await asked(other, 'show', id)).result, { paid: 2, by: `{app:workflows|${id}}` })
    }
  })
})

test.run()
