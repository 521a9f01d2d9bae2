// What a change of the registry costs beside a bare flushed commit of LMDB, what finding costs, and what a start costs, with few entries and many.

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Environment } from '../lmdb/environment.ts'
import { StateFolder } from '../lmdb/state-folder.ts'
import { type Entry, makeEntry } from '../registry/entry.ts'
import { Registry } from '../registry/registry.ts'
import { SourceTree } from '../registry/source-tree.ts'
import { StoredHistory } from '../registry/stored-history.ts'
import { median, speedOf } from './figure.ts'
import { type Contender, measure, type Pace } from './measure.ts'
import { type Report, timeTable, timeText } from './report.ts'
import { scratchFolder } from './scratch.ts'

const FEW = 1_000
const MANY = 100_000
const RARE = 20 // entries of the kind and of the meta that are looked for, however many there are

const made = (at: number, value = 0): Entry =>
  makeEntry({
    id: `bench.n${at % 100}:entry${at}`,
    kind: at < RARE ? 'rare' : 'common',
    meta: { type: at < RARE ? 'tool' : `type${at % 50}`, title: `Entry number ${at}` },
    data: { value, text: 'A text of a length that is usual for entries, a prompt or a setting.' },
  })

type Up = {
  readonly registry: Registry
  readonly bootMs: number
  readonly firstMs: number
  readonly againMs: number
  close(): Promise<void>
}

const since = (start: number): number => performance.now() - start

/** Milliseconds of processor time: a start computes, and what else the machine does is not its fault. */
const spent = (): number => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

const open = async (folder: string, entries: readonly Entry[]) => {
  const state = new StateFolder(join(folder, String(entries.length)))
  const registry = new Registry({ history: new StoredHistory({ state, root: folder }) })
  registry.kinds.add({ kinds: '*' })
  const start = spent()
  await registry.boot(entries)
  return { state, registry, ms: spent() - start }
}

/** A registry that has stored everything once, and was started again. */
const up = async (folder: string, size: number): Promise<Up> => {
  const entries = Array.from({ length: size }, (_, at) => made(at))
  const first = await open(folder, entries)
  const start = performance.now()
  await first.registry.apply([{ kind: 'entry.update', entry: made(size - 1, 1) }])
  const firstMs = since(start)
  await first.state.close()
  const again = await open(folder, entries)
  return { registry: again.registry, bootMs: first.ms, firstMs, againMs: again.ms, close: () => again.state.close() }
}

/** The same entries as files of an app, a thousand in each. */
const writeFiles = (folder: string, entries: readonly Entry[]): void => {
  for (let at = 0; at * 1000 < entries.length; at++) {
    const part = entries.slice(at * 1000, at * 1000 + 1000)
    const lines = part.map(({ name, kind, meta, data }) => {
      const { value, text } = data as { readonly value: number; readonly text: string }
      return `  - name: ${name}\n    kind: ${kind}\n    meta:\n      type: ${meta.type}\n      title: ${meta.title}\n    value: ${value}\n    text: ${text}\n`
    })
    mkdirSync(join(folder, `src/n${at}`), { recursive: true })
    writeFileSync(join(folder, `src/n${at}/_index.yaml`), `version: "1.0"\nnamespace: bench.f${at}\nentries:\n${lines.join('\n')}`)
  }
}

/** Milliseconds of processor time to read the files of an app the first time, and after that. */
const reading = (folder: string): { readonly firstMs: number; readonly againMs: number } => {
  writeFiles(
    folder,
    Array.from({ length: MANY }, (_, at) => made(at)),
  )
  const read = (): number => {
    const start = spent()
    const root = { root: folder, src: [join(folder, 'src')], state: join(folder, 'state') }
    const { entries } = new SourceTree({ ...root, replacements: [], override: [], disable: { namespaces: [], entries: [] } }).baseline
    if (entries.length !== MANY) throw new Error(`${entries.length} entries were read`)
    return spent() - start
  }
  const firstMs = read()
  return { firstMs, againMs: read() }
}

const times = (name: string, work: (round: number) => unknown): Contender => {
  let round = 0
  const run = async (count: number): Promise<number> => {
    const start = performance.now()
    for (let i = 0; i < count; i++) await work(round++)
    return since(start) * 1e6
  }
  return { name, run }
}

const changing = (name: string, { registry }: Up): Contender =>
  times(name, (round) => registry.apply([{ kind: 'entry.update', entry: made(500, round + 2) }]))

const finding = (name: string, { registry }: Up, filter: Record<string, unknown>): Contender =>
  times(name, () => {
    if (registry.find(filter).length !== RARE) throw new Error('it found something else')
  })

export const registry = async (pace: Pace): Promise<Report> => {
  const scratch = scratchFolder()
  const folder = scratch.path
  const few = await up(folder, FEW)
  const many = await up(folder, MANY)
  const bare = new Environment(join(folder, 'bare'))
  const table = bare.table<number>('values')
  const value = new Uint8Array(200)
  try {
    const commits = await measure(
      [
        changing('one entry of 100,000 changed', many),
        changing('one entry of 1,000 changed', few),
        times('a bare flushed commit of LMDB', (round) => bare.write((batch) => batch.put(table, round % 1000, value))),
      ],
      pace,
    )
    const kinds = await measure(
      [finding('20 of 100,000 by kind', many, { '.kind': 'rare' }), finding('20 of 1,000 by kind', few, { '.kind': 'rare' })],
      pace,
    )
    const metas = await measure(
      [finding('20 of 100,000 by meta', many, { 'meta.type': 'tool' }), finding('20 of 1,000 by meta', few, { 'meta.type': 'tool' })],
      pace,
    )
    const [large, small, commit] = commits
    const aboveCommit = 1 / speedOf(large, commit)
    const aboveSmall = 1 / speedOf(large, small)
    const byKind = 1 / speedOf(kinds[0], kinds[1])
    const byMeta = 1 / speedOf(metas[0], metas[1])
    const files = reading(join(folder, 'app'))
    const bootSeconds = (files.againMs + Math.max(many.bootMs, many.againMs)) / 1000
    return {
      tables: [
        timeTable('a change, on the disk', 'change', commits),
        timeTable('finding by kind', 'find', kinds),
        timeTable('finding by meta', 'find', metas),
      ],
      targets: [
        { name: 'a change of one entry in 100,000, in bare commits', goal: '≤ 3', value: aboveCommit, met: aboveCommit <= 3 },
        { name: 'the same, in changes of one entry in 1,000', goal: '≤ 1.5', value: aboveSmall, met: aboveSmall <= 1.5 },
        { name: 'find by kind among 100,000, in finds among 1,000', goal: '≤ 3', value: byKind, met: byKind <= 3 },
        { name: 'find by meta among 100,000, in finds among 1,000', goal: '≤ 3', value: byMeta, met: byMeta <= 3 },
        { name: 'seconds of processor time to start with 100,000 entries', goal: '≤ 5', value: bootSeconds, met: bootSeconds <= 5 },
      ],
      data: { commits, kinds, metas, boot: { first: many.bootMs, again: many.againMs, firstChange: many.firstMs, files } },
      notes: [
        `100,000 entries, in processor time: ${timeText(many.bootMs * 1e6)} to start when nothing is stored, ${timeText(many.againMs * 1e6)} with all of it stored; before that, reading them from 100 files: ${timeText(files.againMs * 1e6)}, the first time ${timeText(files.firstMs * 1e6)}`,
        `the first change of all also stores what the files say: ${timeText(many.firstMs * 1e6)} with 100,000 entries, ${timeText(few.firstMs * 1e6)} with 1,000`,
        `a change takes ${timeText(median(large?.values ?? []))}`,
      ],
    }
  } finally {
    await Promise.all([few.close(), many.close(), bare.close()])
    scratch.remove()
  }
}
