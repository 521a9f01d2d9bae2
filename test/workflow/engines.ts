// Random operations on an engine, and everything that can be read of it: two engines that differ are told apart by the first thing that does.

import { type Effects, type Engine, noPages } from '../../src/workflow/engine.ts'
import { ALL, PARTITIONS, type Partitions } from '../../src/workflow/partition.ts'
import { type Attribute, placeOf, type Query } from '../../src/workflow/query.ts'
import { type Content, ORIGIN, type Position, RecordKind, type Sealed, seal } from '../../src/workflow/record.ts'
import type { Random } from '../support/random.ts'

const IDS = ['a', 'a/b', 'order-1', 'order-10', 'ä', 'z'.repeat(100)]
const ENTRIES = ['app:a', 'app:b']
const ATTRIBUTES: readonly (readonly Attribute[])[] = [
  [],
  [['color', 'red']],
  [
    ['color', 'red'],
    ['color', 'blue'],
    ['size', '1'],
  ],
]
const STATUSES = ['running', 'completed', 'failed']
const bytes = (random: Random, most: number): Uint8Array => Uint8Array.from({ length: random.below(most) }, () => random.below(256))

/** What a record brings with it when nothing but the record matters. */
export const NOTHING: Effects = {
  status: 'running',
  active: false,
  traits: { entry: 'app:w', startedMs: 1, attributes: [] },
  card: new Uint8Array(0),
  mail: [],
  taken: [],
  timers: [],
  cleared: [],
  pages: noPages,
}

export const content = (random: Random): Content => ({
  kind: RecordKind.step,
  code: new Uint8Array(16).fill(random.below(256)),
  nowMs: random.below(1e9) + 0.5,
  fuel: random.below(1e6),
  spent: random.below(1e6),
  verdict: 'wait',
  input: bytes(random, 300),
  output: bytes(random, 300),
  mailed: Array.from({ length: random.below(3) }, () => random.below(1000)),
})

const effects = (random: Random): Effects => ({
  status: random.of(STATUSES),
  active: random.below(2) === 0,
  traits: {
    entry: random.of(ENTRIES),
    startedMs: random.below(4),
    attributes: random.of(ATTRIBUTES),
  },
  card: bytes(random, 50),
  mail: Array.from({ length: random.below(3) }, () => ({ to: random.of(IDS), frame: bytes(random, 40) })),
  taken: Array.from({ length: random.below(3) }, () => 1 + random.below(12)),
  timers: Array.from({ length: random.below(3) }, () => ({ tag: 1 + random.below(6), dueMs: random.below(1000) })),
  cleared: Array.from({ length: random.below(2) }, () => 1 + random.below(6)),
  pages: {
    put: Array.from({ length: random.below(2) }, () => [`page${random.below(5)}`, bytes(random, 60)] as const),
    drop: Array.from({ length: random.below(2) }, () => `page${random.below(5)}`),
  },
})

/** All partitions, or about half of them. */
const some = (random: Random): Partitions => {
  const start = random.below(2 * PARTITIONS)
  return start < PARTITIONS ? ALL : new Set(Array.from({ length: PARTITIONS / 2 }, (_, n) => (start + n) % PARTITIONS))
}

/** Positions the operations have seen, by workflow: some of them are not the last one any more. */
export type Seen = Map<string, Position[]>

/** A journal of a few records, under an id that is free or not. */
const adopt = async (engine: Engine, random: Random, id: string, seen: Seen): Promise<boolean> => {
  const records: Sealed[] = []
  for (let n = 1 + random.below(4); n > 0; n--) records.push(seal(records.at(-1) ?? ORIGIN, 1, content(random)))
  const done = await engine.adopt(id, records, effects(random))
  if (done)
    seen.set(
      id,
      records.map(({ epoch, seq, hash }) => ({ epoch, seq, hash })),
    )
  return done
}

/** One random operation; the same seed does the same on every engine. What it answers, as data. */
export const operate = async (engine: Engine, random: Random, seen: Seen): Promise<unknown> => {
  const id = random.of(IDS)
  const known = seen.get(id) ?? []
  const choice = random.below(22)
  if (choice < 11) {
    const stale = random.below(8) === 0
    const before =
      known.length === 0 || (stale && random.below(2) === 0) ? null : known[stale ? random.below(known.length) : known.length - 1]!
    const record: Sealed = seal(
      before ?? { epoch: 0, seq: 0, hash: new Uint8Array(16) },
      (before?.epoch ?? 0) + random.below(2),
      content(random),
    )
    const done = await engine.append(id, before, record, effects(random))
    if (done) seen.set(id, [...known, { epoch: record.epoch, seq: record.seq, hash: record.hash }])
    return ['append', id, done]
  }
  if (choice < 15) return ['post', id, await engine.post(id, bytes(random, 40)).catch((error) => error.code)]
  if (choice < 16) return ['due', id, await engine.due(random.below(1000), 1 + random.below(5), some(random))]
  if (choice < 17) return ['waiting', await engine.waiting(random.of(['', ...IDS]), 1 + random.below(4), some(random))]
  if (choice < 18) return ['list', await listed(engine, query(random))]
  if (choice < 19)
    return ['code', await engine.putCode(`code${random.below(3)}`, Uint8Array.of(7)), Boolean(await engine.code(`code${random.below(3)}`))]
  if (choice < 20 && random.below(3) > 0) return ['nextDue', await engine.nextDue(random.below(1000), some(random))]
  if (choice === 20) return ['adopt', id, await adopt(engine, random, id, seen)]
  if (choice === 21) return ['forget', id, await engine.forget(id, random.below(6))]
  seen.delete(id)
  return ['remove', id, await engine.remove(id), await engine.codes('', 2)]
}

const query = (random: Random): Query => ({
  ...(random.below(2) === 0 && { status: random.of(STATUSES) }),
  ...(random.below(3) === 0 && { entry: random.of(ENTRIES) }),
  ...(random.below(3) === 0 && { attributes: random.of(ATTRIBUTES) }),
  ...(random.below(3) === 0 && { startedFromMs: random.below(4) }),
  ...(random.below(3) === 0 && { startedUntilMs: random.below(5) }),
  limit: 1 + random.below(3),
})

/** The ids of all pages of an answer. */
const listed = async (engine: Engine, query: Query): Promise<string[][]> => {
  const pages: string[][] = []
  for (let after = query.after; ; ) {
    const heads = await engine.list({ ...query, ...(after !== undefined && { after }) })
    pages.push(heads.map(({ id }) => id))
    const last = heads.at(-1)
    if (last === undefined) return pages
    after = placeOf(query, last)
  }
}

const hex = (bytes: Uint8Array | null): string | null => bytes && Buffer.from(bytes).toString('hex')

/** All there is. */
export const stateOf = async (engine: Engine): Promise<unknown> => {
  const workflows = await Promise.all(
    IDS.map(async (id) => {
      const head = await engine.head(id)
      return {
        id,
        head: head && { ...head, hash: hex(head.hash), card: hex(head.card) },
        room: await engine.room(id),
        log: (await engine.read(id, 1, 10_000)).map(hex),
        mail: (await engine.mail(id, 0, 10_000)).map(({ n, frame }) => [n, hex(frame)]),
        timers: await engine.timers(id),
        pages: await Promise.all([0, 1, 2, 3, 4].map(async (n) => hex(await engine.page(id, `page${n}`)))),
      }
    }),
  )
  const list = (await engine.list({ limit: 100 })).map(({ id, status }) => [id, status])
  return {
    workflows,
    list,
    due: await engine.due(1e9, 10_000, ALL),
    waiting: await engine.waiting('', 100, ALL),
    next: await engine.nextDue(0, ALL),
  }
}
