// Spans on their way: bounds, and collectors that do not take them.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { systemClock } from '../../src/clock.ts'
import type { Outcome } from '../../src/otel/collector.ts'
import { Outlet } from '../../src/otel/outlet.ts'
import { parentIn, type Span, traceparentOf } from '../../src/otel/span.ts'
import { Tracer } from '../../src/otel/tracer.ts'
import { ManualTimers } from '../support/manual-timers.ts'

const test = suite('otel')

const ID = '0af7651916cd43dd8448eb211c80319c'

const span = (name: string): Span => ({
  traceId: ID,
  spanId: 'b7ad6b7169203331',
  isSampled: true,
  parentId: '',
  name,
  kind: 'internal',
  startMs: 0,
  endMs: 1,
  attributes: {},
  error: null,
})

const setup = () => {
  const timers = new ManualTimers()
  const state = { outcome: { is: 'taken', rejected: 0, why: '' } as Outcome, sent: [] as string[][], said: [] as (string | number)[] }
  const outlet = new Outlet({
    clock: { nowMs: () => timers.nowMs, setTimer: timers.setTimer },
    send: async (spans) => {
      state.sent.push(spans.map(({ name }) => name))
      return state.outcome
    },
    failing: (why) => void state.said.push(why),
    mended: (lost) => void state.said.push(lost),
  })
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
  const after = async (ms: number): Promise<void> => {
    timers.pass(ms)
    await turn()
  }
  return { outlet, state, after, turn }
}

test('what ended leaves after two seconds, in one request', async () => {
  const { outlet, state, after } = setup()
  outlet.add(span('a'))
  outlet.add(span('b'))
  await after(1_999)
  assert.equal(state.sent, [])
  await after(1)
  assert.equal(state.sent, [['a', 'b']])
  await after(60_000)
  assert.is(state.sent.length, 1)
})

test('many do not wait for the time, and go 512 at once', async () => {
  const { outlet, state, after, turn } = setup()
  for (let at = 0; at < 1_100; at++) outlet.add(span(String(at)))
  await turn()
  assert.equal(
    state.sent.map((names) => names.length),
    [512, 512],
  )
  await after(2_000)
  assert.is(state.sent[2]!.length, 76)
})

test('a collector that is down is asked again later each time; what does not fit meanwhile is lost, and said once', async () => {
  const { outlet, state, after } = setup()
  state.outcome = { is: 'later', why: 'down' }
  for (let at = 0; at < 3_000; at++) outlet.add(span(String(at)))
  await after(0)
  assert.is(state.sent.length, 1)
  for (const [ms, sent] of [
    [3_999, 1],
    [1, 2],
    [7_999, 2],
    [1, 3],
  ] as const) {
    await after(ms)
    assert.is(state.sent.length, sent)
  }
  assert.is(state.said.length, 1)
  state.outcome = { is: 'taken', rejected: 0, why: '' }
  await after(16_000)
  await after(2_000)
  assert.is(state.sent.slice(3).flat().length, 2_048)
  assert.equal(state.said.slice(1), [952])
})

test('what is refused for good, or in part, is lost; the rest goes on', async () => {
  const { outlet, state, after } = setup()
  for (const outcome of [
    { is: 'refused', why: '400 bad' },
    { is: 'taken', rejected: 2, why: 'too old' },
    { is: 'taken', rejected: 0, why: '' },
  ] as const) {
    state.outcome = outcome
    for (const name of ['a', 'b', 'c']) outlet.add(span(name))
    await after(2_000)
  }
  assert.is(state.sent.length, 3)
  assert.equal(state.said, ['400 bad', 5])
})

test('closing sends what waits, and gives up when it is not taken', async () => {
  const { outlet, state } = setup()
  outlet.add(span('a'))
  await outlet.close()
  assert.equal(state.sent, [['a']])
  state.outcome = { is: 'later', why: 'down' }
  outlet.add(span('b'))
  await outlet.close()
  assert.is(state.sent.length, 2)
})

test('traceparent is read and written as W3C says', () => {
  const text = `00-${ID}-b7ad6b7169203331-01`
  assert.equal(parentIn(text), { traceId: ID, spanId: 'b7ad6b7169203331', isSampled: true })
  assert.is(traceparentOf(parentIn(text)!), text)
  assert.is(parentIn(text.replace(/01$/, '00'))!.isSampled, false)
  assert.ok(parentIn(`${text.replace(/^00/, '01')}-more`))
  for (const wrong of [
    undefined,
    '',
    `ff${text.slice(2)}`,
    text.toUpperCase(),
    text.replace(ID, '0'.repeat(32)),
    text.slice(1),
    `${text}x`,
  ]) {
    assert.is(parentIn(wrong), null, String(wrong))
  }
})

test('a trace is taken whole or not at all, by its id and the rate', () => {
  const taken: Span[] = []
  const tracer = new Tracer({ clock: systemClock, rate: 0.25, ended: (one) => void taken.push(one) })
  for (let at = 0; at < 4_000; at++) {
    const first = tracer.start({ name: 'first', kind: 'server', parent: null, attributes: {} })
    const second = tracer.start({ name: 'second', kind: 'internal', parent: first.context, attributes: {} })
    assert.is(second.context.traceId, first.context.traceId)
    second.end()
    first.end()
    first.end()
  }
  const firsts = taken.filter(({ name }) => name === 'first').length
  assert.is(taken.length, 2 * firsts)
  assert.ok(firsts > 800 && firsts < 1_200, String(firsts))
})

test('a span holds 16 attributes of 256 characters', () => {
  const taken: Span[] = []
  const tracer = new Tracer({ clock: systemClock, rate: 1, ended: (one) => void taken.push(one) })
  const attributes = Object.fromEntries(Array.from({ length: 20 }, (_, at) => [`a${at}`, 'x'.repeat(300)]))
  tracer.start({ name: 'n'.repeat(300), kind: 'server', parent: null, attributes }).end('e'.repeat(300))
  const [{ name, error, attributes: kept }] = taken as [Span]
  assert.equal([name.length, error?.length, Object.keys(kept).length, String(kept.a0).length], [256, 256, 16, 256])
})

test.run()
