import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { directoryWith } from '../registry/scratch.ts'
import { assertPlain, index, type Running, start, wippy } from './command.ts'
import { whileRunning } from './running.ts'

const test = suite('commands on a running node')

const ENTRIES = `  - name: processes
    kind: process.host
  - name: worker
    kind: process.lua
    source: file://worker.lua
    modules: [logger]
  - name: workers
    kind: process.service
    process: app:worker
    host: app:processes
    lifecycle: { auto_start: true }
`
const WORKER = `return function()
  process.registry.register("worker")
  require("logger"):info("at work", { evil = "\\27[2J" })
  process.events():receive()
end
`

const running = (act: (cwd: string, node: Running) => Promise<void>): Promise<void> => {
  const cwd = directoryWith({ 'src/_index.yaml': index(ENTRIES), 'src/worker.lua': WORKER })
  return whileRunning(cwd, (node) => act(cwd, node))
}

test('what runs is listed, looked at, logged and ended, for people and for programs', () =>
  running(async (cwd) => {
    const ps = await wippy(['ps'], { cwd })
    assert.equal([ps.code, ps.err], [0, ''])
    assert.match(ps.out, /^node \d+ in .+: up [\d.]+s, .+ MiB, 1 process, \d entries at v0\n/)
    assert.match(ps.out, /\{app:processes\|0x00001\} +app:worker +waiting +0 /)

    const elsewhere = directoryWith({ '.keep': '' })
    const listing = JSON.parse((await wippy(['ps', '--json', '-C', cwd], { cwd: elsewhere })).out)
    assert.equal([listing.$type, listing.v, listing.processes[0].entry], ['processes', 1, 'app:worker'])

    const inspected = await wippy(['inspect', 'worker'], { cwd })
    for (const line of [
      /^entry +app:worker$/m,
      /^names +worker$/m,
      /^memory .+ of 32\.0 MiB$/m,
      /^main\n {2}src\/worker\.lua:4 {2}in the function of line 1$/m,
    ])
      assert.match(inspected.out, line)

    const mailbox = await wippy(['mailbox', '1', '--json'], { cwd })
    assert.equal(JSON.parse(mailbox.out).waiting, [])

    const logs = await wippy(['logs'], { cwd })
    assert.match(logs.out, /INFO {2}app:worker at work evil=\\u001b\[2J/)
    assert.not.match(logs.out, /\x1b/)

    const top = await wippy(['top', '--json'], { cwd })
    assert.is(JSON.parse(top.out).processes[0].rate, 0)

    const killed = await wippy(['kill', 'worker'], { cwd })
    assert.equal([killed.code, killed.out], [0, '{app:processes|0x00001} was ended\n'])
    const gone = await wippy(['inspect', '0x1'], { cwd })
    assert.equal([gone.code, gone.out], [4, ''])
    assert.match(gone.err, /there is no process "0x1" \[PROCESS_NOT_FOUND\]/)
  }))

test('a log is followed until the node ends', () =>
  running(async (cwd, node) => {
    const following = start(['logs', '-f'], { cwd })
    await following.said('at work')
    await wippy(['kill', 'worker'], { cwd })
    await following.said('process ended by force')
    node.child.kill('SIGTERM')
    assert.is((await following.ended).code, 0)
  }))

test('what a process does is traced while it runs, and a long computation shows where it is', () => {
  const busy = '  - { name: busy, kind: process.lua, source: file://busy.lua, modules: [time], meta: { command: { name: busy } } }\n'
  const service =
    '  - { name: busies, kind: process.service, process: busy, host: processes, lifecycle: { auto_start: true, stop_timeout: 20ms } }\n'
  const cwd = directoryWith({
    'src/_index.yaml': index(ENTRIES + busy + service),
    'src/worker.lua': WORKER,
    'src/busy.lua': `return function()
  process.registry.register("busy")
  local count = 0
  while true do
    count = count + 1
    if count % 100000 == 0 then process.send("worker", "count", count) end
  end
end
`,
  })
  return whileRunning(cwd, async () => {
    const { out } = await wippy(['inspect', 'busy', '--variables'], { cwd })
    assert.match(out, /^main\n {2}src\/busy\.lua:[456] {2}in the function of line 1\n {6}count = \d+$/m)
    const traced = await wippy(['trace', 'busy', '-n', '6', '--only', 'send', '--only', 'turn', '--topic', 'count'], { cwd })
    assert.equal([traced.code, traced.err], [0, 'Tracing; Ctrl-C ends it.\n'])
    assert.match(traced.out, /^[\d:.]+ {3}turn {5}[\d.]+ k fuel, goes on$/m)
    assert.is(traced.out.split('\n').length, 7)
    const things = (await wippy(['trace', 'busy', '-n', '3', '--only', 'send', '--json'], { cwd })).out.trim().split('\n')
    assert.equal(
      things.map((line) => JSON.parse(line)).map(({ kind, peer, topic }) => [kind, peer, topic]),
      Array(3).fill(['send', 'worker', 'count']),
    )
  })
})

test('where no node runs, that is said, with an exit code of its own', async () => {
  const cwd = directoryWith({ '.keep': '' })
  for (const args of [
    ['ps'],
    ['top'],
    ['inspect', '1'],
    ['mailbox', '1'],
    ['kill', '1'],
    ['logs'],
    ['trace', '1'],
    ['ps', '--to', '127.0.0.1:1'],
  ]) {
    const ended = await wippy(args, { cwd })
    assert.equal([ended.code, ended.out], [7, ''], args.join(' '))
    assert.match(ended.err, /^no node can be reached .+ \[NO_NODE\]\n {2}→ Start one with "wippy run"/)
    assertPlain(ended)
  }
  const { err } = await wippy(['ps', '--json'], { cwd })
  assert.is(JSON.parse(err).code, 'NO_NODE')
})

test('what is typed wrong is explained', async () => {
  const cwd = directoryWith({ '.keep': '' })
  for (const [args, said] of [
    [['inspect'], /process/],
    [['kill', '--force', '1'], /--force/],
    [['ps', '--to', 'there'], /"there" is no address/],
  ] as const) {
    const ended = await wippy(args, { cwd })
    assert.ok(ended.code !== 0)
    assert.match(ended.err, said)
    assertPlain(ended)
  }
})

test.run()
