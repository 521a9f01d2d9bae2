// Log lines: how they look, what they cannot contain, how many a process may write.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Kind, WippyError } from '../../src/error.ts'
import { consoleLine, jsonLine, type LogRecord, MAX_LINE } from '../../src/service/log-line.ts'
import { createLog, type LogOptions, loggerService } from '../../src/service/logger.ts'
import { ask, fakeCaller } from '../support/caller.ts'
import { guest } from '../support/guest.ts'

const test = suite('logger')

const timeMs = Date.UTC(2026, 0, 2, 3, 4, 5, 678)
const record = (given: Partial<LogRecord> = {}): LogRecord => ({
  timeMs,
  level: 'info',
  source: 'app:worker',
  message: 'hello',
  fields: [],
  ...given,
})

const logged = (options: Partial<LogOptions> = {}) => {
  const lines: string[] = []
  const clock = { now: timeMs }
  const log = createLog({ write: (line) => lines.push(line), now: () => clock.now, format: 'console', ...options })
  return { lines, clock, log }
}

test('a console line has time, level, source, message, fields and pid', () => {
  const fields = [['count', 42] as const, ['who', 'Alice B'] as const, ['data', { x: [1, 'a'] }] as const]
  assert.is(
    consoleLine(record({ fields, pid: '{app:processes|0x00002}' }), false),
    '2026-01-02T03:04:05.678Z INFO  app:worker  hello  count=42 who="Alice B" data={"x":[1,"a"]} pid={app:processes|0x00002}',
  )
  assert.is(consoleLine(record({ level: 'error' }), false), '2026-01-02T03:04:05.678Z ERROR app:worker  hello')
})

test('a field called pid is not said twice, and does not pass for the runtime’s', () => {
  const pid = '{app:processes|0x00002}'
  const line = (value: unknown, own?: string) => consoleLine(record({ fields: [['pid', value]], pid: own }), false).split('hello  ')[1]
  assert.is(line(pid, pid), `pid=${pid}`)
  assert.is(line('{app:processes|0x00001}', pid), `fields.pid={app:processes|0x00001} pid=${pid}`)
  assert.is(line(7), 'pid=7')
})

test('colours only when asked for', () => {
  assert.not.match(consoleLine(record(), false), '\u001b')
  assert.match(consoleLine(record(), true), '\u001b[32mINFO \u001b[0m')
})

test('a line cannot forge another or command the terminal', () => {
  const hostile = 'a\nb\r\u001b[2J\u009b31m\u2028\u202e\u0000'
  for (const line of [
    consoleLine(record({ message: hostile, source: hostile, fields: [[hostile, hostile]] }), false),
    jsonLine(record({ message: hostile, fields: [[hostile, { [hostile]: hostile }]] })),
  ]) {
    assert.not.match(line, /[\u0000-\u001f\u007f-\u009f\u2028\u202e]/)
  }
  assert.match(consoleLine(record({ message: 'a\nb' }), false), 'a\\nb')
  assert.match(consoleLine(record({ fields: [['k', 'v pid=x']] }), false), 'k="v pid=x"')
})

test('values of any kind have a form', () => {
  const fields: [string, unknown][] = [
    ['bytes', new Uint8Array([97, 255])],
    ['big', 2n ** 60n],
    ['nan', Number.NaN],
    ['error', new WippyError('X', Kind.Internal, 'it broke', { contexts: ['outer'] })],
    ['map', new Map<unknown, unknown>([[1, 'x']])],
    ['none', null],
    ['empty', ''],
    ['proto', JSON.parse('{"__proto__": 1}')],
  ]
  assert.is(
    consoleLine(record({ fields }), false).split('hello  ')[1],
    'bytes=aÿ big=1152921504606846976 nan=NaN error="outer: it broke" map={"1":"x"} none=null empty="" proto={"__proto__":1}',
  )
})

test('long lines are cut', () => {
  const line = consoleLine(record({ message: 'x'.repeat(MAX_LINE + 5) }), false)
  assert.ok(line.length < MAX_LINE + 100)
  assert.match(line, '… (5 more)')
  assert.ok(jsonLine(record({ fields: [['k', '\u0000'.repeat(MAX_LINE)]] })).length < MAX_LINE)
})

test('a json line keeps the fields of the record apart from its own', () => {
  const line = JSON.parse(jsonLine(record({ fields: [['level', 'error']], pid: '{h|0x00001}', location: 'a.lua:3' })))
  assert.equal(line, {
    time: '2026-01-02T03:04:05.678Z',
    level: 'info',
    source: 'app:worker',
    message: 'hello',
    pid: '{h|0x00001}',
    location: 'a.lua:3',
    fields: { level: 'error' },
  })
})

test('records below the level are not written', () => {
  const { lines, log } = logged({ level: 'warn' })
  log.record('info', 'runtime', 'no')
  log.record('warn', 'runtime', 'yes', { a: 1 })
  assert.equal(lines, ['2026-01-02T03:04:05.678Z WARN  runtime  yes  a=1\n'])
})

test('odd arguments of a process are logged as well as they can be', () => {
  const { lines, log } = logged()
  const service = loggerService(log)
  ask(service, fakeCaller(), 'logger.log', 'shout', [null, [1, 2], 5], 0)
  assert.equal(lines, ['2026-01-02T03:04:05.678Z INFO  app:worker    pid={app:processes|0x00001}\n'])
})

test('beyond so many lines a second they are dropped, counted and told in one line', () => {
  const { lines, clock, log } = logged()
  const service = loggerService(log, { linesPerSecond: 3, bytesPerSecond: 1000 })
  const caller = fakeCaller()
  for (let i = 0; i < 10; i++) ask(service, caller, 'logger.log', 'info', [`line ${i}`], 0)
  assert.is(lines.length, 3)
  clock.now += 1000
  ask(service, caller, 'logger.log', 'info', ['again'], 0)
  assert.match(lines[3]!, /WARN .* dropped=7 /)
  assert.match(lines[4]!, 'again')
  ask(service, caller, 'logger.log', 'info', ['x'.repeat(1000)], 0)
  assert.is(lines.length, 5)
  caller.end()
  assert.match(lines[5]!, /dropped=1 /)
})

test('one process that floods does not silence another', () => {
  const { lines, log } = logged()
  const service = loggerService(log, { linesPerSecond: 1, bytesPerSecond: 1000 })
  const quiet = fakeCaller({ pid: '{app:processes|0x00002}' as never })
  for (let i = 0; i < 5; i++) ask(service, fakeCaller(), 'logger.log', 'info', ['flood'], 0)
  ask(service, quiet, 'logger.log', 'info', ['quiet'], 0)
  assert.match(lines.at(-1)!, 'quiet')
})

test('in Lua the module is the logger; with and named make others and leave it as it is', async () => {
  const { lines, log } = logged()
  const { run } = await guest([loggerService(log)])
  await run(`
    local logger = require('logger')
    local child = logger:with({ component = 'auth', n = 1 }):named('db'):named('pool')
    child:warn('slow', { n = 2, [1] = 'dropped', f = print, err = errors.new('broken') })
    logger:debug('plain')
  `)
  assert.match(lines[0]!, /WARN {2}app:worker\/db\.pool {2}slow {2}component=auth err=broken f="function: [^"]*" n=2 pid=/)
  assert.match(lines[1]!, /DEBUG app:worker {2}plain {2}pid=/)
})

test('in Lua what a line would not show stays in the process', async () => {
  const { lines, log } = logged({ format: 'json' })
  const sizes: number[] = []
  const service = loggerService(log)
  const { run } = await guest([
    {
      ...service,
      operations: {
        'logger.log': (call) => {
          sizes.push(call.raw.length)
          return service.operations['logger.log']!(call)
        },
      },
    },
  ])
  await run(`require('logger'):info(('é'):rep(10000), { key = ('x'):rep(100000), few = 'y' })`)
  const { message, fields } = JSON.parse(lines[0]!)
  assert.is(message, `${'é'.repeat(8000)}… (4000 more)`)
  await run(`require('logger'):info('a' .. ('é'):rep(10000))`)
  assert.is(JSON.parse(lines[1]!).message, `a${'é'.repeat(7999)}… (4002 more)`)
  assert.ok(
    sizes.every((size) => size < 33_000),
    sizes.join(' '),
  )
  assert.equal(fields, { few: 'y', key: `${'x'.repeat(16_000)}… (84000 more)` })
})

test('in Lua fields beyond some hundreds are counted and left out', async () => {
  const { lines, log } = logged({ format: 'json' })
  const { run } = await guest([loggerService(log)])
  await run(`
    local many = {}
    for i = 1, 10000 do many['k' .. i] = 1 end
    require('logger'):info('many', many)`)
  const { fields } = JSON.parse(lines[0]!)
  assert.is(Object.keys(fields).length, 257)
  assert.is(fields['…'], '9744 more')
})

test('in Lua the place of the call goes along', async () => {
  const { lines, log } = logged({ format: 'json' })
  const { run } = await guest([loggerService(log)])
  await run(`\n\nrequire('logger'):info('here')`)
  assert.is(JSON.parse(lines[0]!).location, 'app.lua:3')
})

test('in Lua wrong arguments raise at the line of the caller', async () => {
  const { run } = await guest([loggerService(logged().log)])
  const message = (code: string) =>
    run(`local logger = require('logger') local ok, err = pcall(function() ${code} end) return tostring(err)`)
  assert.match(String(await message(`logger:info()`)), "app.lua:1: bad argument #1 to 'info' (string expected, got no value)")
  assert.match(String(await message(`logger:info('x', 5)`)), "bad argument #2 to 'info' (table expected, got number)")
  assert.match(String(await message(`logger.info('x')`)), 'call it with a colon')
  assert.match(String(await message(`logger:named('')`)), 'name cannot be empty')
  assert.match(String(await message(`logger.level = 1`)), 'cannot be changed')
})

test.run()
