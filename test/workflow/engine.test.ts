// All engines answer as the model does, keep what it keeps, and keep it across being closed.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { systemClock } from '../../src/clock.ts'
import { Environment } from '../../src/lmdb/environment.ts'
import type { Engine } from '../../src/workflow/engine.ts'
import { MOST_MAIL } from '../../src/workflow/engine.ts'
import { LmdbEngine } from '../../src/workflow/lmdb.ts'
import { MemoryEngine } from '../../src/workflow/memory.ts'
import { ALL, PARTITIONS } from '../../src/workflow/partition.ts'
import { PostgresEngine } from '../../src/workflow/postgres.ts'
import { ORIGIN, seal } from '../../src/workflow/record.ts'
import { directoryWith } from '../registry/scratch.ts'
import { isNeeded } from '../support/needs.ts'
import { POSTGRES, startPostgres } from '../support/postgres.ts'
import { Random } from '../support/random.ts'
import { content, NOTHING, operate, type Seen, stateOf } from './engines.ts'

type Subject = { engine: Engine; reopen(): Promise<void>; end(): Promise<void> }

const lmdb = async (): Promise<Subject> => {
  const folder = directoryWith({})
  let env = new Environment(folder)
  const subject: Subject = {
    engine: new LmdbEngine(env),
    async reopen() {
      await env.close()
      env = new Environment(folder)
      subject.engine = new LmdbEngine(env)
    },
    async end() {
      await env.close()
    },
  }
  return subject
}

const server = isNeeded(POSTGRES) ? await startPostgres() : undefined
let schemas = 0
const inSchema = (schema = `wippy_${++schemas}`) => ({
  address: { ...server!, ssl: false },
  schema,
  clock: systemClock,
  report: (error: unknown) => assert.unreachable(String(error)),
})

const postgres = async (): Promise<Subject> => {
  const options = inSchema()
  const subject: Subject = {
    engine: await PostgresEngine.open(options),
    async reopen() {
      await subject.engine.close()
      subject.engine = await PostgresEngine.open(options)
    },
    end: () => subject.engine.close(),
  }
  return subject
}

const subjects: Readonly<Record<string, () => Promise<Subject>>> = { lmdb, ...(server && { postgres }) }

const test = suite('engines')
if (!server) test.skip('postgres: it is not installed')

for (const [name, make] of Object.entries(subjects)) {
  test(`${name}: the same random operations give the same answers and the same state as the model`, async () => {
    for (let seed = 1; seed <= 8; seed++) {
      const model = new MemoryEngine()
      const subject = await make()
      const [expected, actual]: [Seen, Seen] = [new Map(), new Map()]
      const [one, other] = [new Random(seed), new Random(seed)]
      try {
        for (let step = 0; step < 120; step++) {
          const wanted = await operate(model, one, expected)
          assert.equal(await operate(subject.engine, other, actual), wanted, `seed ${seed}, operation ${step}`)
          if (step % 20 === 19)
            assert.equal(await stateOf(subject.engine), await stateOf(model), `state after operation ${step} of seed ${seed}`)
        }
        await subject.reopen()
        assert.equal(await stateOf(subject.engine), await stateOf(model), `state of seed ${seed}, opened again`)
      } finally {
        await subject.end()
      }
    }
  })

  test(`${name}: of many who append behind the same position, one wins`, async () => {
    const subject = await make()
    try {
      const random = new Random(5)
      const effects = { ...NOTHING, active: true }
      const start = seal(ORIGIN, 1, content(random))
      assert.is(await subject.engine.append('w', null, start, effects), true)
      const rivals = Array.from({ length: 20 }, () => seal(start, 1, content(random)))
      const won = await Promise.all(rivals.map((record) => subject.engine.append('w', start, record, effects)))
      assert.is(won.filter(Boolean).length, 1)
      const log = await subject.engine.read('w', 1, 10)
      assert.is(Buffer.compare(log[1]!, rivals[won.indexOf(true)]!.bytes), 0)
      assert.is(log.length, 2)
    } finally {
      await subject.end()
    }
  })

  test(`${name}: who loses sees what won, and who comes during a removal begins anew`, async () => {
    const subject = await make()
    try {
      const { engine } = subject
      const start = seal(ORIGIN, 1, content(new Random(1)))
      const rival = seal(ORIGIN, 1, content(new Random(2)))
      const won = engine.append('w', null, start, { ...NOTHING, status: 'completed' })
      assert.is(await engine.append('w', null, rival, { ...NOTHING, status: 'running' }), false)
      const head = await engine.head('w')
      assert.equal([head?.seq, head?.hash, await won], [1, start.hash, true])
      const removed = engine.remove('w', start)
      const next = seal(start, 2, content(new Random(3)))
      assert.is(await engine.append('w', start, next, { ...NOTHING, status: 'running' }), false)
      assert.equal([await engine.head('w'), await removed], [null, true])
      assert.is(await engine.append('w', null, rival, { ...NOTHING, status: 'running' }), true)
    } finally {
      await subject.end()
    }
  })

  test(`${name}: mail beyond the limit is refused, and taken up again when there is room`, async () => {
    const subject = await make()
    try {
      const { engine } = subject
      const start = seal(ORIGIN, 1, content(new Random(1)))
      await engine.append('w', null, start, NOTHING)
      assert.equal([await engine.room('w'), await engine.room('nobody')], [MOST_MAIL, 0])
      await Promise.all(Array.from({ length: MOST_MAIL }, () => engine.post('w', Uint8Array.of(1))))
      assert.is(await engine.room('w'), 0)
      assert.is(await engine.post('w', Uint8Array.of(1)).catch((error) => error.code), 'MAILBOX_FULL')
      await engine.append('w', start, seal(start, 1, content(new Random(2))), { ...NOTHING, taken: [1] })
      assert.is(await engine.post('w', Uint8Array.of(1)), MOST_MAIL + 1)
      assert.is(await engine.post('nobody', Uint8Array.of(1)).catch((error) => error.code), 'WORKFLOW_NOT_FOUND')
    } finally {
      await subject.end()
    }
  })
}

/** Two nodes with one engine; `pass`: so many milliseconds later, by the clock that leases run by. */
type Shared = { readonly one: Engine; readonly other: Engine; readonly pass: (ms: number) => Promise<unknown> }

const shared: Readonly<Record<string, () => Promise<Shared>>> = {
  memory: async () => {
    let laterMs = 0
    const engine = new MemoryEngine(() => Date.now() + laterMs)
    const pass = async (ms: number): Promise<void> => {
      laterMs += ms
    }
    return { one: engine, other: engine, pass }
  },
  ...(server && {
    postgres: async () => {
      const options = inSchema()
      const [one, other] = await Promise.all([PostgresEngine.open(options), PostgresEngine.open(options)])
      const pass = (ms: number) =>
        Promise.all(
          ['lease', 'node'].map((table) => server.query(`UPDATE ${options.schema}.${table} SET until = until - interval '${ms} ms'`)),
        )
      return { one, other, pass }
    },
  }),
}

for (const [name, make] of Object.entries(shared)) {
  test(`${name}: nodes share partitions, give them up, and take over what is not renewed`, async () => {
    const { one, other, pass } = await make()
    try {
      const alone = await one.claim('a', 60_000)
      assert.equal([alone.held.size, alone.share, alone.othersMs], [PARTITIONS, PARTITIONS, null])
      const late = await other.claim('b', 60_000)
      assert.equal([late.held.size, late.share], [0, PARTITIONS / 2])
      assert.ok(late.othersMs! > 50_000)
      assert.equal([...(await one.others('a')), ...(await other.others('b'))], ['b', 'a'])
      const half = new Set([...ALL].filter((part) => part % 2 === 0))
      await one.release('a', half, false)
      const second = await other.claim('b', 60_000)
      assert.equal(new Set(second.held.keys()), half)
      assert.equal(
        [...second.held.values()],
        [...half].map(() => 2),
      )
      const first = await one.claim('a', 60_000)
      assert.equal([first.held.size, first.share], [PARTITIONS / 2, PARTITIONS / 2])
      await other.claim('b', 20_000)
      await pass(30_000)
      assert.is((await one.others('a')).size, 0)
      const over = await one.claim('a', 60_000)
      assert.equal([over.held.size, over.held.get(0), over.held.get(1), over.share], [PARTITIONS, 3, 1, PARTITIONS])
      assert.is((await other.claim('b', 60_000)).held.size, 0)
      await one.release('a', ALL, true)
      assert.is((await other.claim('b', 60_000)).held.size, PARTITIONS)
    } finally {
      await Promise.all([one.close(), other.close()])
    }
  })

  test(`${name}: of nodes that append behind the same position, one wins, and the others hear of what waits`, async () => {
    const { one, other } = await make()
    try {
      await one.claim('a', 60_000)
      const heard = new Promise((resolve) => {
        one.watch((news) => news.kind === 'waiting' && resolve(news.id))
      })
      const start = seal(ORIGIN, 1, content(new Random(1)))
      await one.append('w', null, start, { ...NOTHING, status: 'running' })
      const random = new Random(2)
      const rivals = Array.from({ length: 20 }, () => seal(start, 1, content(random)))
      const won = await Promise.all(
        rivals.map((record, n) => (n % 2 ? one : other).append('w', start, record, { ...NOTHING, status: 'running' })),
      )
      assert.is(won.filter(Boolean).length, 1)
      await other.post('w', Uint8Array.of(7))
      assert.is(await heard, 'w')
      assert.equal(await one.waiting('', 10, ALL), [{ id: 'w', mail: true }])
    } finally {
      await Promise.all([one.close(), other.close()])
    }
  })
}

test.after(() => server?.stop())

test.run()
