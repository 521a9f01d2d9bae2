// wippy run of a workflow: durable, and not over when the program is.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { directoryWith } from '../registry/scratch.ts'
import { assertPlain, index, start, wippy } from './command.ts'
import { askUntil, KEEPER, KEEPER_LUA, whileRunning } from './running.ts'

const test = suite('wippy run of workflows')

const ENTRIES = `${KEEPER}  - name: workflows
    kind: workflow.host
  - name: sum
    kind: workflow.lua
    source: file://sum.lua
    modules: [time]
    meta: { command: { name: sum, short: Add up } }
  - name: bad
    kind: workflow.lua
    source: file://bad.lua
  - name: patient
    kind: process.lua
    source: file://patient.lua
    meta: { durable: true }
  - name: starter
    kind: process.lua
    source: file://starter.lua
    modules: [io]
    meta: { command: { name: starter, short: Start a workflow } }
`
const FILES = {
  'src/_index.yaml': index(ENTRIES),
  'src/keeper.lua': KEEPER_LUA,
  'src/sum.lua': `return function(a, b)
  require("time").sleep("1ms")
  return { sum = a + b, by = process.pid() }
end
`,
  'src/starter.lua': `return function()
  local pid, fault = process.spawn("app:patient", "app:workflows", "x")
  require("io").print(pid, tostring(fault))
end
`,
  'src/bad.lua': 'return function() error("no money") end\n',
  'src/patient.lua': 'return function(word) return word .. process.inbox():receive():payload():data() end\n',
}
const cwd = directoryWith(FILES)
const workflows = async () => JSON.parse((await wippy(['workflow', 'list', '--json'], { cwd })).out).workflows as Record<string, string>[]

test('it runs to its end as a workflow, and what it returned is printed', async () => {
  for (const args of [['sum'], ['-x', 'app:sum'], ['-x', 'sum']]) {
    const ended = await wippy(['run', ...args, '4', '5'], { cwd })
    assert.is(ended.code, 0, ended.err)
    const [, id] = /^app:sum runs as workflow (\S+): if this ends early, it goes on with the next start of the app\.\n$/.exec(ended.err)!
    assert.equal(JSON.parse(ended.out), { sum: 9, by: `{app:workflows|${id}}` })
    assert.equal(
      (await workflows()).filter((one) => one.id === id).map(({ status, entry }) => [status, entry]),
      [['completed', 'app:sum']],
    )
  }
  const failed = await wippy(['run', '-x', 'app:bad'], { cwd })
  assert.is(failed.code, 1)
  assert.match(failed.err, /no money/)
  assertPlain(failed)
  assert.match((await wippy(['run', 'list'], { cwd })).out, /\nsum +Add up +app:sum\n/)
})

test('what is to be written down does not run where nothing can be, neither from the command line nor from a process', async () => {
  const nowhere = ['--set', 'state=src/sum.lua/below']
  for (const name of ['app:sum', 'app:patient']) {
    const { code, out, err } = await wippy(['run', ...nowhere, '-x', name], { cwd })
    assert.equal([code, out], [7, ''])
    assert.match(err, new RegExp(`"${name}" is durable, and this node can write nothing down \\[WORKFLOWS_NONE\\]`))
  }
  const started = await wippy(['run', ...nowhere, 'starter'], { cwd })
  assert.match(started.out, /^nil\s+"app:patient" is durable/)
})

test('when the program is killed, the workflow goes on with the next start', async () => {
  const run = start(['run', '-x', 'app:patient', 'hello '], { cwd, input: null })
  await run.said('runs as workflow')
  run.child.kill('SIGKILL')
  const [, id] = /runs as workflow ([^\s:]+)/.exec((await run.ended).err)!
  const statusOf = async () => (await workflows()).find((one) => one.id === id)?.status
  assert.is(await statusOf(), 'running')
  await whileRunning(cwd, async () => {
    assert.is((await wippy(['workflow', 'signal', id!, 'go', '"world"'], { cwd })).code, 0)
    const second = await wippy(['run', '-x', 'app:patient', 'x'], { cwd })
    assert.is(second.code, 9)
    assert.match(second.err, /\[STATE_OWNED\](?:.*\n)* {2}→ To start it on the node that runs here: wippy workflow start app:patient\n/)
    await askUntil<{ status: string }>(cwd, 'workflow.show', { id: id! }, ({ status }) => status !== 'running')
  })
  const shown = JSON.parse((await wippy(['workflow', 'show', id!, '--json'], { cwd })).out)
  assert.equal([shown.status, shown.result], ['completed', 'hello world'])
})

test.run()
