// A journal that is torn, or in which a bit was flipped, at any byte of any of its records: it is refused as damaged, whoever reads it.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { journalOf } from '../../src/workflow/archive.ts'
import type { Engine } from '../../src/workflow/engine.ts'
import { rebuild } from '../../src/workflow/rebuild.ts'
import { failure } from '../support/app.ts'
import { program } from '../vm/lua-process.ts'
import { Journal } from './journal.ts'

const REBUILT_EVERY = 4 // bytes; rebuilding makes a memory each time
const { engine, head, workshop } = await new Journal(program(`for i = 1, 3 do process.registry.lookup('n' .. i) end return 'done'`))
  .run((_, n) => [n])
  .stored()
const records = await engine.read('w', 1, 100)

/** The engine, where one record has become other bytes; undefined: it is gone, with all behind it. */
const where = (at: number, bytes: Uint8Array | undefined): Engine => {
  const all = bytes === undefined ? records.slice(0, at) : records.with(at, bytes)
  return Object.create(engine, {
    read: { value: async (_: string, from: number, limit: number) => all.slice(from - 1, from - 1 + limit) },
    code: { value: (hash: string) => engine.code(hash) },
  })
}
const isRefused = async (damaged: Engine, isRebuilt: boolean, what: string): Promise<void> => {
  assert.is((await failure(journalOf(damaged, 'w', head.seq))).code, 'JOURNAL_CORRUPT', what)
  if (isRebuilt) assert.is((await failure(rebuild({ ...workshop, engine: damaged }, head))).code, 'JOURNAL_CORRUPT', `${what}, rebuilt`)
}

const test = suite('damage')

test('a flipped bit in any byte is refused', async () => {
  let n = 0
  for (const [at, record] of records.entries()) {
    for (let byte = 0; byte < record.length; byte++) {
      const flipped = Uint8Array.from(record)
      flipped[byte]! ^= 1 << (byte % 8)
      await isRefused(where(at, flipped), n++ % REBUILT_EVERY === 0, `byte ${byte} of record ${at + 1}`)
    }
  }
  assert.ok(n > 400, `${n} bytes`)
})

test('a record that is torn anywhere is refused, and a tail that is missing', async () => {
  let n = 0
  for (const [at, record] of records.entries()) {
    for (let length = 0; length < record.length; length++)
      await isRefused(where(at, record.subarray(0, length)), n++ % REBUILT_EVERY === 0, `${length} bytes of record ${at + 1}`)
    await isRefused(where(at, undefined), true, `without record ${at + 1} and those behind it`)
  }
})

test.run()
