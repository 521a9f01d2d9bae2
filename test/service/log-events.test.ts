// The log as events: what a process hears that keeps it.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { logEvent } from '../../src/service/log-events.ts'
import { proc, withApp } from '../support/app.ts'

const test = suite('log events')

test('a record is an entry and fields, in the words of upstream', () => {
  const fields: [string, unknown][] = [
    ['who', 'Alice'],
    ['count', 42],
    ['large', 2n ** 60n],
    ['part', 1.5],
    ['list', [1, 'a']],
    ['nothing', undefined],
    ['stack', 'stack traceback: …'],
  ]
  const { entry, fields: told } = logEvent({
    ...{ timeMs: 1_700_000_000_000.25, level: 'warn', source: 'app:worker/db', message: 'hello', fields },
    ...{ pid: '{app:p|0x1}', location: 'worker.lua:3' },
  })
  assert.equal(entry, {
    ...{ level: 1, time: 1_700_000_000_000_250_000n, logger_name: 'app:worker/db', message: 'hello' },
    ...{ caller: 'worker.lua:3', stack: 'stack traceback: …' },
  })
  assert.equal(
    told.map(({ key, type, string, int }) => `${key} ${type} ${string || int}`),
    [
      'who string Alice',
      'count int64 42',
      `large string ${2n ** 60n}`,
      'part string 1.5',
      'list string [1,"a"]',
      'nothing string 0',
      'pid string {app:p|0x1}',
    ],
  )
})

const KEEPER = `local events = require('events')
  return function()
    local sub = assert(events.subscribe('logs', 'logs.entry'))
    process.registry.register('keeper')
    while true do
      local event = sub:channel():receive()
      if event.data.entry.message == 'over here' then return event.path .. ' ' .. event.data.fields[1].key .. ' ' .. event.data.fields[1].int end
    end
  end`
const SAID = `require('logger'):named('post'):warn('over here', { n = 7 })`

test('who subscribes to the system of logs hears what others log', () =>
  withApp({ keeper: proc(KEEPER) }, async (app) => {
    const heard = app.eval(`local pid = assert(process.spawn_monitored('app:keeper', 'app:processes'))
      return process.events():receive().result.value`)
    await app.until(() => app.node.scheduler.names.lookup('keeper') !== undefined, 'the keeper')
    await app.eval(SAID)
    assert.match(String(await heard), /^app:probe\d+\/post n 7$/)
  }))

test.run()
