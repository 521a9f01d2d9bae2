// What a process sends within its credit leaves in bundles, and what arrives in bundles is read one message after another.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { isSound, MOST_MESSAGES } from '../../src/kernel/bundle.ts'
import { FrameCursor, SENDS } from '../../src/kernel/frame.ts'
import { decodeAll } from '../../src/msgpack.ts'
import { Bodies } from '../../src/vm/bodies.ts'
import { LuaProcess } from './lua-process.ts'

const test = suite('bundle')

const PEER = '{app:processes|0x00002}'
const OTHER = '{app:processes|0x00003}'

/** What `source` sends when it is told `go` by PEER, with so much credit: in each frame kind, receiver, topic and messages; all of them decoded. */
const sentBy = (source: string, credit = 1000) => {
  const process = new LuaProcess(`
    local go, send, peer, other = process.listen('go'), process.send, '${PEER}', '${OTHER}'
    go:receive()
    ${source}
    go:receive()`)
  process.run()
  process.post('go', [], PEER, credit).run()
  const frames: string[] = []
  const at = new FrameCursor().over(process.body.outbox)
  const words = (start: number, end: number) => Buffer.from(at.bytes.slice(start, end)).toString()
  while (at.next()) {
    if (at.kind === SENDS) assert.ok(isSound(at))
    frames.push(`${at.kind === SENDS ? at.tag : 'one'} ${words(at.nameStart, at.nameEnd)} ${words(at.nameEnd, at.topicEnd)}`)
  }
  const values = process.sends.map(({ payload }) => decodeAll(payload))
  process.close()
  return { frames, values }
}

test('messages for one receiver under one topic leave together, in order, with their values', () => {
  const { frames, values } = sentBy(`for i = 1, 5 do send(peer, 'n', i, 'text' .. i) end send(peer, 'n') send(peer, 'n', { 1, { true } })`)
  assert.equal(frames, [`7 ${PEER} n`])
  assert.equal(values, [...[1, 2, 3, 4, 5].map((i) => [i, `text${i}`]), [], [[1, [true]]]])
})

test('another topic, and whatever else is written, begins another frame', () => {
  const { frames, values } = sentBy(`
    send(peer, 'a', 1) send(peer, 'a', 2) send(peer, 'b', 3) send(peer, 'a', 4)
    coroutine.spawn(function() process.registry.lookup('x') end)
    send(peer, 'a', 5) send(peer, 'a', 6)`)
  assert.equal(frames, [`2 ${PEER} a`, `1 ${PEER} b`, `1 ${PEER} a`, 'one process.registry.lookup x', `2 ${PEER} a`])
  assert.equal(values.flat(), [1, 2, 3, 4, 5, 6])
})

test('a name that begins like another one is another name', () => {
  const { frames } = sentBy(`send(peer, 'topic', 1) send(peer, 'topi', 2) send(peer, 'topic', 3) send(peer, 'topics', 4) send(peer, '', 5)`)
  assert.equal(
    frames,
    ['topic', 'topi', 'topic', 'topics', ''].map((topic) => `1 ${PEER} ${topic}`),
  )
})

test('a bundle ends where it is full, by messages and by bytes', () => {
  const many = sentBy(`for i = 1, 150 do send(peer, 'n', i) end`)
  assert.equal(
    many.frames,
    [MOST_MESSAGES, MOST_MESSAGES, 150 - 2 * MOST_MESSAGES].map((count) => `${count} ${PEER} n`),
  )
  assert.equal(
    many.values.flat(),
    Array.from({ length: 150 }, (_, i) => i + 1),
  )
  const long = sentBy(`for i = 1, 9 do send(peer, 'n', ('x'):rep(1000) .. i) end`)
  assert.equal(long.frames, [`5 ${PEER} n`, `4 ${PEER} n`])
  assert.equal(
    long.values.map(([text]) => (text as string).slice(1000)),
    ['1', '2', '3', '4', '5', '6', '7', '8', '9'],
  )
})

test('who has no credit, or sends what is too long for it, asks', () => {
  assert.equal(sentBy(`send(peer, 'n', 1) send(peer, 'n', 2) send(peer, 'n', 3)`, 2).frames, [`2 ${PEER} n`, `one ${PEER} n`])
  assert.equal(sentBy(`send(peer, 'n', 1) send(peer, 'n', ('x'):rep(4000))`).frames, [`1 ${PEER} n`, `one ${PEER} n`])
  assert.equal(sentBy(`send(peer, 'n', 1) send(other, 'n', 2)`).frames, [`1 ${PEER} n`, `one ${OTHER} n`])
})

test('who hears from somebody else between two messages begins another bundle for them', () => {
  const process = new LuaProcess(`
    local a, send = process.listen('a'), process.send
    while true do
      local to = a:receive()
      send(to, 'b', 1)
      send(to, 'b', 2)
    end`)
  process.run()
  for (const to of [PEER, OTHER, PEER]) process.post('a', [to], to, 9)
  process.run()
  assert.equal(
    process.sends.map(({ to, tag }) => [to, tag]),
    [PEER, PEER, OTHER, OTHER, PEER, PEER].map((to) => [to, 0]),
  )
  process.close()
})

test('a value that cannot be sent leaves the bundle as it was', () => {
  const { frames, values } = sentBy(`
    local deep = {} for _ = 1, 200 do deep = { deep } end
    send(peer, 'n', 1)
    assert(not pcall(send, peer, 'n', deep))
    assert(not pcall(send, peer, {}, 1))
    assert(not pcall(send, peer, 'n', ('x'):rep(70000), deep))
    send(peer, 'n', 2)`)
  assert.equal(frames, [`2 ${PEER} n`])
  assert.equal(values.flat(), [1, 2])
})

// Reading.

const HEARS = `
  local seen, numbers = {}, process.listen('n')
  coroutine.spawn(function()
    local inbox = process.inbox()
    while true do local m = inbox:receive() seen[#seen + 1] = m:topic() .. ' ' .. m:from() .. ' ' .. m:payload():data() end
  end)
  while true do
    local value = numbers:receive()
    if value == 'end' then return seen end
    for _ = 1, 30 do seen[#seen + 1] = nil end
    seen[#seen + 1] = value
  end`

test('messages of a bundle are received one by one, in slices of any size and across memories', () => {
  const expected = [1, [2, 3], 4, 5, `x ${PEER} payload`, 6, 7]
  for (const fuel of [1 << 30, 400, 60]) {
    for (const moves of [false, true]) {
      const process = new LuaProcess(HEARS)
      process.run()
      process
        .postAll('n', [[1], [2, 3], [4]])
        .postAll('n', [[5]])
        .postAll('x', [['payload']])
        .post('n', [6])
        .postAll('n', [[7], ['end']])
      for (let verdict = process.step(fuel); verdict === 'again'; verdict = process.step(fuel)) {
        if (moves) process.moveTo(new Bodies())
        if (process.steps % 3 === 0) process.post('late', ['x'])
      }
      assert.equal(
        (process.ended!.value as unknown[]).filter((seen) => !String(seen).startsWith('late')),
        expected,
        `slices of ${fuel}`,
      )
      process.close()
    }
  }
})

test('what nobody listens to yet is kept, message by message', () => {
  const process = new LuaProcess(`
    process.listen('go'):receive()
    local a, inbox, seen = process.listen('a'), process.inbox(), {}
    for i = 1, 2 do seen[i] = a:receive() end
    for i = 3, 4 do local m = inbox:receive() seen[i] = m:topic() .. ' ' .. m:payload():data() end
    return seen`)
  process.run()
  process
    .postAll('a', [['a1'], ['a2']])
    .postAll('b', [['b1'], ['b2']])
    .post('go', [])
  assert.equal(process.result(), ['a1', 'a2', 'b b1', 'b b2'])
  process.close()
})

test('bytes that are no values are nil, those beside them are what they are', () => {
  const process = new LuaProcess(`
    local a, seen = process.listen('a'), {}
    for i = 1, 4 do seen[i] = tostring(a:receive()) end
    return seen`)
  process.run()
  process.postAll('a', [[1], Uint8Array.of(0xc1), new Uint8Array(0), [2]])
  assert.equal(process.result(), ['1', 'nil', 'nil', '2'])
  process.close()
})

const tagged = ({ sends }: LuaProcess): boolean[] => sends.map(({ tag }) => tag !== 0)

test('credit of several messages adds up, and is worth nothing in a later step or for another receiver', () => {
  const answers = `
    local a = process.listen('a')
    while true do
      local n = a:receive()
      coroutine.spawn(function() for i = 1, n do process.send('${PEER}', 'b', i) end end)
    end`
  const together = new LuaProcess(answers)
  together.run()
  together.post('a', [1], PEER, 2).post('a', [4], PEER, 3).run()
  assert.equal(tagged(together), [false, false, false, false, false])
  together.post('a', [1], OTHER, 9).run()
  assert.equal(tagged(together).at(-1), true)
  together.close()

  const preempted = new LuaProcess(`
    local a = process.listen('a')
    a:receive()
    for _ = 1, 5000 do end
    a:receive()
    process.send('${PEER}', 'b', 1)`)
  preempted.run()
  preempted.post('a', [1], PEER, 9).post('a', [2], PEER, 9)
  assert.is(preempted.step(200), 'again')
  preempted.run()
  assert.equal(tagged(preempted), [true])
  preempted.close()
})

test('the answer to a send is worth nothing once somebody else has written', () => {
  const process = new LuaProcess(`
    local a = process.listen('a')
    coroutine.spawn(function() process.send('${PEER}', 'b', 1) process.send('${OTHER}', 'b', 2) process.send('${OTHER}', 'b', 3) end)
    while true do a:receive() end`)
  process.run()
  process.post('a', [1], OTHER, 1).reply(process.sends[0]!.tag, [true], 9).run()
  assert.equal(tagged(process), [true, false, true])
  process.close()
})

test('the credit of a bundle is had once', () => {
  const process = new LuaProcess(`
    local a = process.listen('a')
    for i = 1, 3 do
      a:receive()
      for j = 1, 2 do process.send('${PEER}', 'b', i, j) end
    end`)
  process.run()
  process.postAll('a', [[1], [2], [3]], PEER, 3).run()
  assert.equal(tagged(process), [false, false, false, true])
  process.close()
})

test.run()
