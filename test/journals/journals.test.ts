// Journals that earlier versions wrote are replayed without a difference on the code they carry, for ever, and those under way go on.
// What they name is another build of the runtime than this one: what they asked, sent and ended with is compared, and not their fuel.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { importOne } from '../../src/app/workflow-copies.ts'
import { workflowsOf } from '../../src/app/workflows.ts'
import { workshopOn } from '../../src/app/workshop.ts'
import type { DurableBody } from '../../src/kernel/body.ts'
import { type Archive, archiveFrom, unpackInto } from '../../src/workflow/archive.ts'
import type { Head } from '../../src/workflow/engine.ts'
import { MemoryEngine } from '../../src/workflow/memory.ts'
import { rebuild, type Workshop } from '../../src/workflow/rebuild.ts'
import { RecordKind } from '../../src/workflow/record.ts'
import { failure, withApp } from '../support/app.ts'
import { APP, goOn, NAMES } from './workflows.ts'

const versions = readdirSync(import.meta.dirname, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
const read = (version: string, name: string): Archive =>
  archiveFrom(readFileSync(join(import.meta.dirname, version, `${name}.wippy`)), `${version}/${name}.wippy`)

type Stored = { readonly archive: Archive; readonly workshop: Workshop; readonly head: Head }
const stored = async (version: string, name: string): Promise<Stored> => {
  const archive = read(version, name)
  const engine = new MemoryEngine()
  await unpackInto(engine, archive)
  return { archive, workshop: workshopOn(engine), head: (await engine.head(archive.id))! }
}

/** Every run of a journal from its beginning to its end. Returns the steps that were replayed. */
const replayAll = async ({ archive: { records }, workshop, head }: Stored): Promise<number> => {
  const ends = [...records.keys()].filter((at) => at > 0 && kindOf(records[at]!.bytes) === RecordKind.start)
  let all = 0
  for (const seq of [...ends, records.length]) {
    const { body, steps } = await rebuild(workshop, head, { seq, isWhole: true })
    body.close()
    all += steps
  }
  return all
}
const kindOf = (bytes: Uint8Array): number => bytes[3]!
const stepsIn = ({ records }: Archive): number => records.filter(({ bytes }) => kindOf(bytes) === RecordKind.step).length

/** The same, by a runtime whose fuel gets it `scale` times as far. */
const counting = ({ makeBody, ...workshop }: Workshop, scale: number): Workshop => ({
  ...workshop,
  runtime: 'another build',
  makeBody: (code, limits) => {
    const body = makeBody(code, limits)
    const scaled: DurableBody = Object.create(body, {
      outbox: { get: () => body.outbox },
      spent: { get: () => Math.ceil(body.spent / scale) },
      fault: { get: () => body.fault },
      step: {
        value: (inbox: Parameters<DurableBody['step']>[0], fuel: number, nowMs: number) => body.step(inbox, Math.ceil(fuel * scale), nowMs),
      },
      image: { value: () => body.image() },
      restore: { value: (state: Parameters<DurableBody['restore']>[0]) => body.restore(state) },
      standing: { value: () => body.standing() },
      close: { value: () => body.close() },
    })
    return scaled
  },
})

const test = suite('journals')

for (const version of versions) {
  test(`journals of ${version} are those it knows, and small`, () => {
    for (const name of NAMES) assert.ok(read(version, name).records.length > 2, name)
    const files = readdirSync(join(import.meta.dirname, version)).map(
      (file) => readFileSync(join(import.meta.dirname, version, file)).length,
    )
    assert.ok(Math.max(...files) < 16 * 1024)
  })

  test(`journals of ${version} replay without a difference`, async () => {
    for (const name of NAMES) {
      const all = await stored(version, name)
      assert.is(await replayAll(all), stepsIn(all.archive), name)
    }
  })

  test(`journals of ${version} replay where fuel is counted otherwise, computations that were cut short included`, async () => {
    for (const name of NAMES) {
      const { workshop, ...all } = await stored(version, name)
      for (const scale of [0.3, 0.9, 1.1, 4])
        assert.is(await replayAll({ ...all, workshop: counting(workshop, scale) }), stepsIn(all.archive), `${name}, fuel × ${scale}`)
    }
  })

  test(`what ${version} left under way goes on`, () =>
    withApp(APP, async (app) => {
      const file = readFileSync(join(import.meta.dirname, version, 'waiting.wippy'))
      await importOne(workflowsOf(app.node.parts), { file, name: 'waiting.wippy', nowMs: Date.now() })
      assert.equal(await goOn(app), { total: 14, drawn: true })
    }))
}

test('on the build that wrote it a journal must spend what it spent', async () => {
  const all = await stored(versions[0]!, 'calls')
  const { runtime } = (await rebuild(all.workshop, all.head)).beginning
  const same = { ...counting(all.workshop, 1.5), runtime: runtime! }
  const error = await failure(replayAll({ ...all, workshop: same }))
  assert.is(error.code, 'WORKFLOW_DIVERGED')
  assert.match(error.message, /spends \d+/)
})

test.run()
