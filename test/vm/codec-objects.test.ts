// What is more than a plain value at the border of a process: objects of the runtime, Payloads, Errors, and values without an end.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Kind, WippyError } from '../../src/error.ts'
import { decodeAll, encodeAll } from '../../src/msgpack.ts'
import { LuaProcess, runLua } from './lua-process.ts'
import { echo, one, plain, seen, written } from './values.ts'

const test = suite('codec of objects')

test('what belongs to a process does not leave it: functions, coroutines and objects of the runtime are nil', () => {
  const value = runLua(`return { print, coroutine.create(print), channel.new(), 'kept', { f = print, kept = true }, process.inbox() }`)
  assert.equal(plain(value), [null, null, null, 'kept', { f: null, kept: true }, null])
})

test('a Payload crosses as its value, decoded or not', () => {
  const process = new LuaProcess(`
    local inbox = process.inbox()
    while true do
      local message = inbox:receive()
      local payload = message:payload()
      if message:topic() == 'look' then payload:data() end
      process.send('{x|1}', 'echo', payload, { inside = payload }, 1)
    end`)
  process.run()
  for (const topic of ['look', 'blind']) {
    process.post(topic, [{ a: [1, 2.5, 'x'] }]).run()
    assert.equal(plain(decodeAll(process.sends.at(-1)!.payload)), [{ a: [1, 2.5, 'x'] }, { inside: { a: [1, 2.5, 'x'] } }, 1])
    process.reply(process.sends.at(-1)!.tag).run()
  }
  process.close()
})

test('an Error keeps kind, message, retryable, details, contexts and stack, both ways and within other values', () => {
  const error = new WippyError('X', Kind.Conflict, 'the message', {
    retryable: false,
    details: { n: 1, list: [1, 2] },
    contexts: ['inner', 'outer'],
    frame: 'a stack',
  })
  const [bytes] = echo(encodeAll([{ error, list: [error] }]))
  const [value] = decodeAll(bytes!) as [{ error: WippyError; list: [WippyError] }]
  for (const back of [value.error, value.list[0]]) {
    assert.ok(back instanceof WippyError)
    assert.equal(
      [back.kind, back.message, back.retryable, back.contexts, back.frame],
      ['Conflict', 'the message', false, ['inner', 'outer'], 'a stack'],
    )
    assert.equal({ ...back.details }, { n: 1, list: [1, 2] })
  }
  const looked = seen(
    encodeAll([error]),
    `{ tostring(value), value:kind(), value:retryable(), value:details().list[2], value:stack(), errors.is(value, errors.CONFLICT) }`,
  )
  assert.equal(looked, ['outer: inner: the message', 'Conflict', false, 2, 'a stack', true])
})

test('several values are a list, one is itself, none is nil', () => {
  assert.equal(seen(encodeAll([1, 'two', null]), '{ value[1], value[2], value[3] == nil }'), [1, 'two', true])
  assert.is(seen(encodeAll(['one']), 'value'), 'one')
  assert.is(seen(encodeAll([]), 'value == nil'), true)
})

test('values nest 128 deep in a message, and no deeper: the sender is told, and nothing is sent', () => {
  const nested = (n: number): string => `(function() local t = 1 for i = 1, ${n} do t = { t } end return t end)()`
  assert.is(written(nested(128)), `${'91'.repeat(128)}01`)
  const process = new LuaProcess(`
    local ok, message = pcall(process.send, '{x|1}', 't', ${nested(129)})
    local cycle = {} cycle.self = cycle
    local also = pcall(process.send, '{x|1}', 't', { 1, cycle })
    process.send('{x|1}', 'after', 1)
    return { ok, message, also }`)
  process.run()
  assert.equal(
    process.sends.map(({ topic }) => topic),
    ['after'],
  )
  assert.equal(process.reply(process.sends[0]!.tag).result(), [false, 'value nests too deep', false])
  process.close()
  assert.is(seen(one(`${'91'.repeat(127)}00`), 'type(value)'), 'table')
  assert.is(seen(one(`${'91'.repeat(300)}00`), 'type(value)'), 'nil')
})

test('a process that returns what cannot cross fails with the reason', () => {
  const process = new LuaProcess('local t = {} t[1] = t return t')
  assert.is(process.run(), 'exit')
  assert.equal([process.ended!.ok, process.ended!.error!.kind, process.ended!.error!.message], [false, 'Invalid', 'value nests too deep'])
  process.close()
})

test.run()
