// What the engine makes of connections that break, of a database that crashes or cannot be had, and of names that no database takes.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { systemClock } from '../../src/clock.ts'
import type { Engine } from '../../src/workflow/engine.ts'
import { ALL } from '../../src/workflow/partition.ts'
import { PostgresEngine } from '../../src/workflow/postgres.ts'
import { ORIGIN, type Position, parseChain, seal } from '../../src/workflow/record.ts'
import { startPostgres } from '../support/postgres.ts'
import { Random } from '../support/random.ts'
import { freePort } from '../support/server-program.ts'
import { TcpProxy } from '../support/tcp-proxy.ts'
import { content, NOTHING } from './engines.ts'

const server = await startPostgres()
let schemas = 0

type Reached = { readonly engine: Engine; readonly proxy: TcpProxy; readonly reports: string[]; count(table: string): Promise<number> }

const near = { address: { ...server, ssl: false }, clock: systemClock, report: (error: unknown) => assert.unreachable(String(error)) }

/** An engine behind a proxy. */
const reached = async (act: (one: Reached) => Promise<void>): Promise<void> => {
  const proxy = await TcpProxy.to(server.port)
  const schema = `wippy_${++schemas}`
  const reports: string[] = []
  const address = { ...server, port: proxy.port, ssl: false }
  const report = (error: unknown): void => void reports.push((error as { code?: string }).code ?? String(error))
  const restored = (): void => void reports.push('back')
  const engine = await PostgresEngine.open({ address, schema, clock: systemClock, report, restored })
  const count = async (table: string): Promise<number> =>
    (await server.query(`SELECT count(*)::int AS n FROM ${schema}.${table}`))[0]!.n as number
  try {
    await act({ engine, proxy, reports, count })
  } finally {
    await engine.close()
    proxy.close()
  }
}

const test = suite('postgres engine')

test('a connection that breaks before the answer: the record is there, once, and the append knows it', () =>
  reached(async ({ engine, proxy, reports, count }) => {
    const start = seal(ORIGIN, 1, content(new Random(1)))
    assert.is(await engine.append('w', null, start, NOTHING), true)
    proxy.passage = 'deaf'
    const next = seal(start, 1, content(new Random(2)))
    const appended = engine.append('w', start, next, NOTHING)
    while ((await count('record')) < 2);
    proxy.passage = 'cut'
    proxy.passage = 'open'
    assert.is(await appended, true)
    assert.is(await count('record'), 2)
    assert.equal(reports, ['WORKFLOW_STORE_LOST', 'back'])
  }))

test('a record that came back late is refused when another one is there by then', () =>
  reached(async ({ engine, proxy, count }) => {
    const start = seal(ORIGIN, 1, content(new Random(1)))
    await engine.append('w', null, start, NOTHING)
    proxy.passage = 'cut'
    const late = engine.append('w', start, seal(start, 1, content(new Random(2))), NOTHING)
    const rival = await PostgresEngine.open({ ...near, schema: `wippy_${schemas}` })
    assert.is(await rival.append('w', start, seal(start, 2, content(new Random(3))), NOTHING), true)
    await rival.close()
    proxy.passage = 'open'
    assert.is(await late, false)
    assert.is(await count('record'), 2)
  }))

test('a message whose fate nobody knows fails, and is not sent again', () =>
  reached(async ({ engine, proxy, count }) => {
    await engine.append('w', null, seal(ORIGIN, 1, content(new Random(1))), NOTHING)
    proxy.passage = 'deaf'
    const posted = engine.post('w', Uint8Array.of(1)).then(String, (error) => error.code)
    while ((await count('mail')) < 1);
    proxy.passage = 'cut'
    proxy.passage = 'open'
    assert.is(await posted, 'WORKFLOW_STORE_LOST')
    assert.is(await engine.post('w', Uint8Array.of(2)), 2)
    assert.is(await count('mail'), 2)
  }))

test('a database that crashes under many appends keeps each of them once, and in order', () =>
  reached(async ({ engine }) => {
    const lanes = Array.from({ length: 30 }, (_, n) => `w${n}`)
    const random = new Random(7)
    let isOver = false
    let [appended, crashes] = [0, 0]
    const lane = async (id: string): Promise<Position> => {
      let before: Position | null = null
      while (!isOver || before === null) {
        const record = seal(before ?? ORIGIN, 1, content(random))
        assert.is(await engine.append(id, before, record, { ...NOTHING, mail: [{ to: 'box', frame: Uint8Array.of(1) }] }), true)
        before = record
        appended++
      }
      return before
    }
    await engine.append('box', null, seal(ORIGIN, 1, content(random)), NOTHING)
    const all = Promise.all(lanes.map(lane))
    for (; crashes < 2; crashes++) {
      const before = appended
      while (appended < before + 100) await new Promise((resolve) => setImmediate(resolve))
      await server.crash()
    }
    isOver = true
    const ends = await all
    for (const [n, id] of lanes.entries()) {
      const journal = parseChain(id, ORIGIN, await engine.read(id, 1, 100_000))
      assert.equal(journal.at(-1)!.hash, Buffer.from(ends[n]!.hash))
      assert.is(journal.length, ends[n]!.seq)
    }
    const mail = await engine.mail('box', 0, 100_000)
    assert.equal([mail.length, mail.at(-1)!.n], [appended, appended])
  }))

test('an engine that is closed while its database is away gives up what waits', () =>
  reached(async ({ engine, proxy }) => {
    proxy.passage = 'cut'
    const waits = engine.append('w', null, seal(ORIGIN, 1, content(new Random(1))), NOTHING).then(String, (error) => error.code)
    const posted = engine.post('w', Uint8Array.of(1)).then(String, (error) => error.code)
    await engine.close()
    assert.equal([await waits, await posted], ['WORKFLOW_STORE_CLOSED', 'WORKFLOW_STORE_CLOSED'])
  }))

test('names that no database takes are nobody’s, and do not stop anybody else', () =>
  reached(async ({ engine }) => {
    const start = seal(ORIGIN, 1, content(new Random(1)))
    const names = ['a\0b', '\ud800', '', '"', '\\u0000', "'; DROP SCHEMA wippy; --", '{}', '💥']
    const mail = names.map((to) => ({ to, frame: Uint8Array.of(1) }))
    const attributes = names.map((name) => [name, name] as const)
    const effects = { ...NOTHING, mail, traits: { ...NOTHING.traits, attributes } }
    const both = [engine.append('w', null, start, effects), engine.append('v', null, seal(ORIGIN, 1, content(new Random(2))), NOTHING)]
    assert.equal(await Promise.all(both), [true, true])
    for (const name of names) {
      assert.is(await engine.head(name), null)
      assert.is(await engine.post(name, Uint8Array.of(1)).catch((error) => error.code), 'WORKFLOW_NOT_FOUND')
      assert.equal(
        (await engine.list({ attributes: [[name, name]], limit: 10 })).map(({ id }) => id),
        ['w'],
      )
    }
    assert.equal((await engine.head('w'))!.traits.attributes, attributes)
    assert.equal(await engine.waiting('', 10, ALL), [])
  }))

test('a server that is not there, a login it refuses, a schema of a newer wippy are told apart', async () => {
  const opening = (more: object, schema = 'wippy_errors'): Promise<string> => {
    return PostgresEngine.open({ ...near, schema, address: { ...near.address, ...more } }).then(
      () => 'it opened',
      (error) => error.code,
    )
  }
  assert.is(await opening({ port: await freePort() }), 'WORKFLOW_STORE_AWAY')
  assert.is(await opening({ password: 'wrong' }), 'WORKFLOW_STORE_LOGIN')
  assert.is(await opening({ database: 'nowhere' }), 'WORKFLOW_STORE_DATABASE')
  assert.is(await opening({}, 'no schema'), 'WORKFLOW_SETTING')
  await server.query('CREATE SCHEMA wippy_newer')
  await server.query('CREATE TABLE wippy_newer.version AS SELECT 99 AS version')
  assert.is(await opening({}, 'wippy_newer'), 'WORKFLOW_STORE_NEWER')
})

test.after(() => server.stop())

test.run()
