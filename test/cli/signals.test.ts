import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { listenForSignals } from '../../src/cli/signals.ts'
import { directoryWith } from '../registry/scratch.ts'
import { assertPlain, HELLO, index, start } from './command.ts'
import { reachable } from './running.ts'

const test = suite('signals')

const appOf = (body: string, more = ''): string =>
  directoryWith({
    'src/_index.yaml': index(HELLO.replace('[io]', '[io, time]') + more),
    'src/hello.lua': `local io, time = require("io"), require("time")\nreturn { main = function()\n${body}\nend }\n`,
  })
const running = (body: string, args = ['run', 'hello'], more = '') => start(args, { cwd: appOf(body, more) })

const POLITE = `
  local events = process.events()
  io.print("ready")
  local event = events:receive()
  io.print(event.kind, event.reason)
  return 5`

const DEAF = `
  io.print("ready")
  time.sleep("1h")`

for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM'] as const) {
  test(`${signal} asks the process to end, and its answer is the exit code`, async () => {
    const { child, said, ended } = running(POLITE)
    await said('ready')
    child.kill(signal)
    const end = await ended
    assert.equal([end.code, end.out], [5, 'ready\npid.cancel\tscheduler shutdown\n'])
    assert.match(end.err, 'Stopping.')
    assertPlain(end)
  })
}

test('a second one ends it at once', async () => {
  const { child, said, ended } = running(DEAF)
  await said('ready')
  child.kill('SIGINT')
  await said('Stopping.')
  child.kill('SIGTERM')
  assert.is((await ended).code, 143)
})

test('one press that arrives twice counts once', () => {
  const clock = { ms: 0, nowMs: () => clock.ms }
  const heard: (string | number)[] = []
  const signals = listenForSignals((code) => heard.push(code), clock)
  signals.stopWith((code) => heard.push(`stop ${code}`))
  for (const [ms, signal] of [
    [0, 'SIGINT'],
    [149, 'SIGINT'],
    [298, 'SIGINT'],
  ] as const) {
    clock.ms = ms
    process.emit(signal)
  }
  assert.equal(heard, ['stop 130'])
  clock.ms += 150
  process.emit('SIGINT')
  process.emit('SIGTERM')
  signals.leave()
  assert.equal(heard, ['stop 130', 130, 143])
})

for (const [signal, code] of [
  ['SIGHUP', 129],
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)
  test(`what does not end when ${signal} asks it to is ended, which is no word of its own: ${code}`, async () => {
    const { child, said, ended } = running('io.print("ready")\nwhile true do end', ['run', '--set', 'shutdown.timeout=100ms', 'hello'])
    await said('ready')
    child.kill(signal)
    const end = await ended
    assert.is(end.code, code)
    assert.match(end.err, 'Stopping. What runs has 0.1s to end; press Ctrl-C again to end at once.')
  })

const SERVICE = `  - name: processes
    kind: process.host
  - name: service.code
    kind: process.lua
    modules: [logger]
    source: |
      return { main = function()
        local events = process.events()
        require("logger"):info("at work")
        require("logger"):info("told: " .. events:receive().reason)
      end }
  - name: service
    kind: process.service
    process: service.code
    host: processes
    lifecycle: { auto_start: true }
`

test('services run until then, and end in order', async () => {
  const cwd = appOf('', SERVICE)
  const { child, said, ended } = start(['run'], { cwd })
  await said('at work')
  await reachable(cwd) // before that it is still starting, and ends at once
  child.kill('SIGINT')
  const end = await ended
  assert.is(end.code, 0)
  assert.match(end.err, 'told: service stopping')
})

test('an app of workflows is ready for them', async () => {
  const { child, said, ended } = running('', ['run'], '  - { name: flows, kind: workflow.host }\n')
  await said('Ready for workflows: "wippy workflow start NAME" starts one.')
  child.kill('SIGINT')
  assert.is((await ended).code, 0)
})

test('an app where nothing starts by itself says so, and stays', async () => {
  const { child, said, ended } = running('', ['run'])
  await said('Nothing here starts by itself')
  child.kill('SIGINT')
  assert.is((await ended).code, 0)
})

test.run()
