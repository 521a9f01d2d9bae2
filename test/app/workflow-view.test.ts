// Journals that are long or damaged, as they are looked at.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Journal, views, type WorkflowShown } from '../../src/app/workflow-view.ts'
import type { WippyError } from '../../src/error.ts'
import { encodeAll } from '../../src/msgpack.ts'
import { beginningToBytes, cardToBytes, traitsOf } from '../../src/workflow/card.ts'
import { type Effects, type Engine, noPages } from '../../src/workflow/engine.ts'
import { MemoryEngine } from '../../src/workflow/memory.ts'
import { type Content, ORIGIN, type Position, RecordKind, seal } from '../../src/workflow/record.ts'

const test = suite('workflow view')

const NOTHING = new Uint8Array(0)
const STARTED = Date.parse('2026-01-02T03:04:05Z')

const limits = { memoryBytes: 1, fuel: 1, hardFuel: 1, processes: 1, mailbox: { messages: 1, bytes: 1, policy: 'refuse' } } as const
const args = encodeAll([7])
const beginning = { entry: 'app:x', host: 'app:h', args, seed: 1, context: NOTHING, limits }
const card = {
  ...{ entry: 'app:x', host: 'app:h', code: '00'.repeat(16), start: 1, startedMs: STARTED, endedMs: null, owner: 'me', parent: null },
  ...{ watchers: [], mark: null, result: null, search: { color: 'red' }, memo: {} },
}
const effects: Effects = {
  ...{ status: 'running', active: true, traits: traitsOf(card), card: cardToBytes(card), mail: [], taken: [], cleared: [], pages: noPages },
  timers: [{ tag: 3, dueMs: STARTED + 1000 }],
}

/** A workflow with a journal of `length` records. */
const withJournal = async (id: string, length: number): Promise<Engine> => {
  const engine = new MemoryEngine()
  let last: Position | null = null
  for (let seq = 1; seq <= length; seq++) {
    const isFirst = seq === 1
    const content: Content = {
      ...{ code: new Uint8Array(16), nowMs: STARTED + seq, fuel: 1, spent: 1, verdict: 'wait', output: NOTHING, mailed: [] },
      kind: isFirst ? RecordKind.start : RecordKind.own,
      input: isFirst ? beginningToBytes(beginning) : NOTHING,
    }
    const record = seal(last ?? ORIGIN, 1, content)
    assert.ok(await engine.append(id, last, record, effects))
    last = record
  }
  return engine
}

test('of a long journal the last records are told, and how many come before', async () => {
  const shown: WorkflowShown = await views.show(await withJournal('long', 1234), { id: 'long' })
  assert.equal([shown.records, shown.omitted, shown.timeline.length], [1234, 1034, 200])
  assert.equal([shown.timeline[0]!.record, shown.timeline.at(-1)!.record], [1035, 1234])
  assert.equal(shown.waiting, { mail: 0, timers: 1, next: '2026-01-02T03:04:06.000Z' })
  assert.equal([{ ...shown.search }, 'result' in shown, 'error' in shown], [{ color: 'red' }, false, false])
})

test('lists are searched by attribute, entry, status and start; what cannot be looked for is said', async () => {
  const engine = await withJournal('one', 1)
  const found = async (asked: Readonly<Record<string, unknown>>) => (await views.list(engine, asked)).workflows.map(({ id }) => id)
  assert.equal(await found({ where: ['color=red'], entry: 'app:x', status: 'running', since: '2026-01-02', until: '2026-01-03' }), ['one'])
  for (const other of [{ where: ['color=red', 'color=blue'] }, { entry: 'app:y' }, { status: 'failed' }, { since: '2026-01-03' }])
    assert.equal(await found(other), [], JSON.stringify(other))
  const failure = (asked: Readonly<Record<string, unknown>>) => found(asked).catch(({ code }) => code)
  assert.equal([await failure({ where: ['color'] }), await failure({ since: 'tuesday' })], ['WORKFLOW_WHERE', 'WORKFLOW_TIME'])
})

test('stretches of a journal make up the whole', async () => {
  const engine = await withJournal('long', 1234)
  const seen: number[] = []
  for (let from: number | null = 1; from !== null; ) {
    const part: Journal = await views.journal(engine, { id: 'long', from, limit: 300 })
    seen.push(...part.records.map(({ record }) => record))
    from = part.next
  }
  assert.equal(
    seen,
    Array.from({ length: 1234 }, (_, i) => i + 1),
  )
  assert.equal((await views.journal(engine, { id: 'long', from: 5000 })).records, [])
})

test('a damaged record is named, and what comes before it can be read', async () => {
  const engine = await withJournal('hurt', 9)
  const { read } = engine
  engine.read = async (id, from, limit) => {
    const records = await read.call(engine, id, from, limit)
    return records.map((bytes, i) => (from + i === 7 ? bytes.map((byte, at) => (at === 50 ? byte ^ 1 : byte)) : bytes))
  }
  const failure = await views.show(engine, { id: 'hurt' }).then(
    () => null,
    (error: WippyError) => error,
  )
  assert.is(failure?.code, 'JOURNAL_CORRUPT')
  assert.match(failure?.message ?? '', /record 7 of workflow "hurt"/)
  const { records } = await views.journal(engine, { id: 'hurt', limit: 6 })
  assert.is(records.length, 6)
})

test.run()
