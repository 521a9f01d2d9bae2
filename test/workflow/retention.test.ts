// What has ended is forgotten when its time is over, whole, and nothing that is still named goes with it.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Environment } from '../../src/lmdb/environment.ts'
import { type Card, cardOf, cardToBytes } from '../../src/workflow/card.ts'
import { type Effects, type Engine, noPages } from '../../src/workflow/engine.ts'
import { LmdbEngine } from '../../src/workflow/lmdb.ts'
import { Programs } from '../../src/workflow/programs.ts'
import { ORIGIN, type Position, seal } from '../../src/workflow/record.ts'
import { Retention } from '../../src/workflow/retention.ts'
import { directoryWith } from '../registry/scratch.ts'
import { Random } from '../support/random.ts'
import { content } from './engines.ts'

const NOW = 1_000_000
const KEPT = 1000
const clock = { nowMs: () => NOW, setTimer: () => () => {} }

const card = (more: Partial<Card>): Card => ({
  entry: 'app:w',
  host: 'app:h',
  code: 'c1',
  start: 1,
  startedMs: 1,
  endedMs: null,
  owner: 'o',
  parent: null,
  watchers: [],
  mark: null,
  result: null,
  search: {},
  memo: {},
  ...more,
})

/** A workflow of two records and a page; `endedMs`: it has ended then. */
const write = async (engine: Engine, id: string, more: Partial<Card>, records = 2): Promise<void> => {
  const bytes = cardToBytes(card(more))
  const pages = { put: [['page', Uint8Array.of(1)] as const], drop: [] }
  const none = {
    active: false,
    traits: { entry: 'app:w', startedMs: 1, attributes: [] },
    card: bytes,
    mail: [],
    taken: [],
    timers: [],
    cleared: [],
  }
  const appended: Promise<boolean>[] = []
  let before: Position | null = null
  for (let n = 1; n <= records; n++) {
    const status = n === records && more.endedMs !== undefined ? 'completed' : 'running'
    const record = seal(before ?? ORIGIN, 1, content(new Random(n)))
    const effects: Effects = { ...none, status, pages: n === 1 ? pages : noPages }
    appended.push(engine.append(id, before, record, effects))
    before = record
  }
  assert.ok((await Promise.all(appended)).every(Boolean))
  await engine.putCode(more.code ?? 'c1', Uint8Array.of(7))
}

const retentionOf = (engine: Engine, programs = new Programs(engine)): Retention =>
  new Retention({
    engine,
    programs,
    clock,
    endedMs: KEPT,
    report: (error) => {
      throw error
    },
  })

const ids = async (engine: Engine): Promise<string[]> => (await engine.list({ limit: 1000 })).map(({ id }) => id)

const test = suite('retention')

test('what ended long ago goes with journal, pages and program; what runs, ended lately or is waited for stays', async () => {
  const env = new Environment(directoryWith({}))
  const engine = new LmdbEngine(env)
  await write(engine, 'old', { endedMs: NOW - KEPT, code: 'gone' })
  await write(engine, 'fresh', { endedMs: NOW - KEPT + 1, code: 'c2' })
  await write(engine, 'runs', { code: 'c3' })
  await write(engine, 'runs/1', { endedMs: 1, parent: 'runs', code: 'c4' })
  await write(engine, 'watched', { endedMs: 1, watchers: [{ id: 'runs', tag: 1, start: 1 }] })
  await write(engine, 'old/1', { endedMs: 1, parent: 'old' })
  await retentionOf(engine).sweep()
  assert.equal(await ids(engine), ['fresh', 'runs', 'runs/1', 'watched'])
  assert.equal(await engine.codes('', 10), ['c1', 'c2', 'c3', 'c4'])
  assert.equal([(await engine.read('old', 1, 10)).length, await engine.page('old', 'page')], [0, null])
  assert.is((await engine.read('runs', 1, 10)).length, 2)
  await env.close()
})

test('a program that a start is about to name stays, also when it is stored while it is being removed', async () => {
  const env = new Environment(directoryWith({}))
  const engine = new LmdbEngine(env)
  const programs = new Programs(engine)
  await engine.putCode('c1', Uint8Array.of(7))
  await programs.during({ hash: 'c1', bytes: Uint8Array.of(7) }, () => retentionOf(engine, programs).sweep())
  assert.equal(await engine.codes('', 10), ['c1'])
  const removed = engine.removeCode('c1')
  await Promise.all([removed, engine.putCode('c1', Uint8Array.of(7))])
  assert.equal(await engine.codes('', 10), ['c1'])
  await retentionOf(engine, programs).sweep()
  assert.equal(await engine.codes('', 10), [])
  await env.close()
})

test('stopped behind any of its writes, nothing that is there names what is not, and the next look finishes', async () => {
  let wasCut = true
  for (let writes = 0; wasCut; writes++) {
    const folder = directoryWith({})
    let env = new Environment(folder)
    const whole = new LmdbEngine(env)
    await write(whole, 'long', { endedMs: 1, code: 'c5' }, 1500)
    await write(whole, 'short', { endedMs: 1, code: 'c5' })
    await write(whole, 'runs', { code: 'c6' })
    const real = env.write.bind(env)
    let left = writes
    env.write = (fill) => (left-- > 0 ? real(fill) : Promise.reject(new Error('cut')))
    wasCut = await retentionOf(whole)
      .sweep()
      .then(
        () => false,
        (error) => error.message === 'cut',
      )
    await env.close()
    env = new Environment(folder)
    const engine = new LmdbEngine(env)
    for (const head of await engine.list({ limit: 10 })) {
      assert.ok(await engine.code(cardOf(head.card).code), `the program of ${head.id} behind ${writes} writes`)
      assert.is((await engine.read(head.id, head.seq, 1)).length, 1, `the last record of ${head.id} behind ${writes} writes`)
    }
    await retentionOf(engine).sweep()
    assert.equal([await ids(engine), await engine.codes('', 10), await engine.read('long', 1, 10)], [['runs'], ['c6'], []])
    await env.close()
  }
})

test.run()
