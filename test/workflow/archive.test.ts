// Workflows as files: whole they are what they were, torn or altered they are refused.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { workshopOn } from '../../src/app/workshop.ts'
import { type Archive, archiveFrom, archiveOf, archiveToBytes, unpackInto } from '../../src/workflow/archive.ts'
import { messageOf } from '../../src/workflow/mail.ts'
import { MemoryEngine } from '../../src/workflow/memory.ts'
import { rehearse } from '../../src/workflow/rehearsal.ts'
import { failure } from '../support/app.ts'
import { Random } from '../support/random.ts'
import { program } from '../vm/lua-process.ts'
import { Journal } from './journal.ts'

const ASKER = program(`for i = 1, 5 do process.registry.lookup('n' .. i) end return 'done'`)

const written = async (): Promise<{ archive: Archive; bytes: Uint8Array }> => {
  const { engine, head } = await new Journal(ASKER).run((_, n) => [n]).stored()
  await engine.post('w', messageOf('', Buffer.from('hello'), new Uint8Array([0x90])))
  const archive = await archiveOf(engine, head)
  return { archive, bytes: archiveToBytes(archive) }
}
const refusal = (bytes: Uint8Array): Promise<{ code: string; message: string }> =>
  failure((async () => archiveFrom(bytes, 'it.wippy'))()) as Promise<{ code: string; message: string }>

const test = suite('archive')

test('what is written is what is read, and replays without anything else', async () => {
  const { archive, bytes } = await written()
  const again = archiveFrom(bytes, 'it.wippy')
  assert.equal([again.id, again.status, again.card, again.timers], [archive.id, archive.status, archive.card, archive.timers])
  assert.equal(
    again.records.map(({ seq }) => seq),
    [1, 2, 3, 4, 5, 6, 7],
  )
  assert.is(again.mail.length, 1)
  const engine = new MemoryEngine()
  assert.ok(await unpackInto(engine, again))
  assert.not.ok(await unpackInto(engine, again))
  const { difference, steps } = await rehearse(workshopOn(engine), (await engine.head('w'))!)
  assert.equal([difference, steps], [null, 6])
  assert.equal(Buffer.compare(archiveToBytes(await archiveOf(engine, (await engine.head('w'))!)), bytes), 0)
})

test('a file that is torn anywhere is refused', async () => {
  const { bytes } = await written()
  for (let length = 0; length < bytes.length; length += 7) {
    const { code, message } = await refusal(bytes.subarray(0, length))
    assert.ok(
      code === 'ARCHIVE_INVALID' || (code === 'ARCHIVE_DAMAGED' && /it is torn: \d+ of \d+ bytes are missing/.test(message)),
      message,
    )
  }
  assert.match((await refusal(Buffer.concat([bytes, Buffer.from('x')]))).message, /1 bytes stand behind its end/)
})

test('a flipped bit anywhere is refused', async () => {
  const { bytes } = await written()
  const random = new Random(1)
  for (let round = 0; round < 200; round++) {
    const altered = Uint8Array.from(bytes)
    altered[random.below(altered.length)]! ^= 1 << random.below(8)
    assert.match((await refusal(altered)).code, /^ARCHIVE_(DAMAGED|INVALID|NEWER)$/)
  }
})

test('parts that do not belong together are refused, though their checksum is right', async () => {
  const { archive } = await written()
  const { records, programs, card } = archive
  const [[hash, code]] = [...programs] as [[string, Uint8Array]]
  for (const [changed, said] of [
    [{ programs: new Map() }, /its program is missing/],
    [{ programs: new Map([[hash, Uint8Array.from(code, (byte, i) => (i === 9 ? byte ^ 1 : byte))]]) }, /is another one/],
    [{ records: records.slice(1) }, /the journal of workflow "w" is damaged: it begins with record 2, which begins no run/],
    [{ records: records.toSpliced(2, 1) }, /record 3 of workflow "w" is damaged: it does not follow/],
    [{ card: { ...card, start: 2 } }, /do not belong together/],
    [{ card: { ...card, host: 7 } }, /parts of it are missing/],
    [{ card: null }, /parts of it are missing/],
    [{ mail: ['hello'] }, /parts of it are missing/],
    [{ timers: [{ tag: 1 }] }, /parts of it are missing/],
    [{ id: null }, /parts of it are missing/],
  ] as const) {
    assert.match((await refusal(archiveToBytes({ ...archive, ...changed } as unknown as Archive))).message, said)
  }
})

test('a file of another kind, or of a newer wippy, is named as that', async () => {
  const { bytes } = await written()
  assert.match((await refusal(Buffer.from('hello'))).message, /it\.wippy is no exported workflow/)
  const newer = Uint8Array.from(bytes)
  newer[15] = 2
  assert.is((await refusal(newer)).code, 'ARCHIVE_NEWER')
})

test.run()
