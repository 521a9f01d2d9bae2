// A checkpoint: the state of a body after a record, in pieces that are named by their content, and what the ledger held.
//
//   C1 A piece is what differs within one page of memory. A page that has not changed since the last checkpoint is not written again.
//   C2 A checkpoint belongs to one build of the runtime and one program; with any other the journal is replayed instead.
//   C3 Pieces are checked against their names when they are read: a damaged one makes the checkpoint useless, not the workflow wrong.

import type { State } from '../kernel/body.ts'
import { decodeAll, encodeAll } from '../msgpack.ts'
import type { Effects, Engine } from './engine.ts'
import { Ledger } from './ledger.ts'
import { hashOf } from './record.ts'

const VERSION = 1
const PAGE = 4096
const RUN_HEAD = 8

/** What a checkpoint is read by. */
export type Mark = { readonly seq: number; readonly manifest: string; readonly runtime: string }
export type Restored = {
  readonly state: State
  readonly ledger: Ledger
  readonly steps: number
  readonly fuel: number
  readonly names: ReadonlySet<string>
}
export type Taken = { readonly mark: Mark; readonly pages: Effects['pages']; readonly names: ReadonlySet<string> }

const nameOf = (bytes: Uint8Array): string => Buffer.from(hashOf(bytes)).toString('hex')

/** The runs of a state, cut at page borders and gathered by page. */
const pieces = ({ runs }: State): Uint8Array[] => {
  const view = new DataView(runs.buffer, runs.byteOffset, runs.byteLength)
  const byPage = new Map<number, Uint8Array[]>()
  for (let at = 0; at < runs.length; ) {
    const start = view.getUint32(at, true)
    const end = start + view.getUint32(at + 4, true)
    for (let from = start; from < end; ) {
      const page = Math.floor(from / PAGE)
      const to = Math.min(end, (page + 1) * PAGE)
      const run = new Uint8Array(RUN_HEAD + to - from)
      const head = new DataView(run.buffer)
      head.setUint32(0, from, true)
      head.setUint32(4, to - from, true)
      run.set(runs.subarray(at + RUN_HEAD + from - start, at + RUN_HEAD + to - start), RUN_HEAD)
      const list = byPage.get(page)
      if (list) list.push(run)
      else byPage.set(page, [run])
      from = to
    }
    at += RUN_HEAD + end - start
  }
  return [...byPage.values()].map((list) => Buffer.concat(list))
}

/** Takes a checkpoint after record `seq`. `before`: what the one before it is made of. */
export const take = (
  state: State,
  {
    seq,
    runtime,
    ledger,
    steps,
    fuel,
  }: { readonly seq: number; readonly runtime: string; readonly ledger: Ledger; readonly steps: number; readonly fuel: number },
  before: ReadonlySet<string>,
): Taken => {
  const list = pieces(state).map((bytes) => [nameOf(bytes), bytes] as const)
  const manifest = encodeAll([VERSION, seq, state.pages, steps, fuel, list.map(([name]) => name), ledger.toBytes()])
  const mark: Mark = { seq, manifest: nameOf(manifest), runtime }
  const names = new Set([...list.map(([name]) => name), mark.manifest])
  const put = [...list, [mark.manifest, manifest] as const].filter(([name]) => !before.has(name))
  return { mark, names, pages: { put, drop: [...before].filter((name) => !names.has(name)) } }
}

/** A piece; null when it is missing or damaged. */
const pieceOf = async (engine: Engine, id: string, name: string): Promise<Uint8Array | null> => {
  const bytes = await engine.page(id, name)
  return bytes !== null && nameOf(bytes) === name ? bytes : null
}

type Manifest = [version: number, seq: number, pages: number, steps: number, fuel: number, names: string[], ledger: Uint8Array]

const manifestOf = async (engine: Engine, id: string, { manifest, seq }: Mark): Promise<Manifest | null> => {
  const head = await pieceOf(engine, id, manifest)
  const read = head && (decodeAll(head) as Manifest)
  return read?.[0] === VERSION && read[1] === seq ? read : null
}

/** What a checkpoint is made of, whoever took it and whatever of it is still there; nothing when even that cannot be read. */
export const piecesOf = async (engine: Engine, id: string, mark: Mark | null): Promise<readonly string[]> => {
  const read = mark && (await manifestOf(engine, id, mark))
  return read ? [...read[5], mark!.manifest] : []
}

/** Reads a checkpoint back; null when anything of it is missing or damaged. */
export const restore = async (engine: Engine, id: string, mark: Mark): Promise<Restored | null> => {
  const read = await manifestOf(engine, id, mark)
  if (read === null) return null
  const [, , pages, steps, fuel, names, ledger] = read
  const parts = (await Promise.all(names.map((name) => pieceOf(engine, id, name)))).filter((bytes) => bytes !== null)
  if (parts.length < names.length) return null
  const state = { pages, runs: new Uint8Array(Buffer.concat(parts)) }
  return { state, ledger: Ledger.fromBytes(ledger), steps, fuel, names: new Set([...names, mark.manifest]) }
}
