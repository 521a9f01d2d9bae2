// A workflow that begins where another one was: behind a record of its journal, under an id of its own.
//
//   B1 Up to there its journal is that of the other one, byte for byte; a record says whose it was. Then it learns its own pid.
//   B2 What had been asked and not answered is asked again, with keys of its own, and children are started anew. Messages that had been sent
//      are not sent again. What waited for the other one, and children it has, stay the other one's.

import { Kind, WippyError } from '../error.ts'
import type { DurableBody } from '../kernel/body.ts'
import { EXIT, FrameCursor, RENAME } from '../kernel/frame.ts'
import { FrameBuffer } from '../kernel/frame-buffer.ts'
import { encodeAll } from '../msgpack.ts'
import { formatPid } from '../pid.ts'
import { type Archive, journalOf, unpackInto } from './archive.ts'
import type { Card } from './card.ts'
import { type Effects, type Engine, type Head, hasEnded } from './engine.ts'
import { bytesOf, framesOf } from './ledger.ts'
import { MemoryEngine } from './memory.ts'
import { notice, noticed, timersToBytes } from './notice.ts'
import type { StoredProgram } from './programs.ts'
import { rebuild, runAt, type Workshop } from './rebuild.ts'
import { type Content, type Parsed, RecordKind, type Sealed, seal } from './record.ts'
import { stepOf } from './replay.ts'

const NOTHING = new Uint8Array(0)

/** Ready to be adopted by an engine. */
export type Copy = {
  readonly id: string
  readonly records: readonly Sealed[]
  readonly effects: Effects
  readonly programs: readonly StoredProgram[]
}

type Fork = {
  /** The last record that is taken over. */
  readonly seq: number
  readonly id: string
  readonly nowMs: number
}

/** Throws WORKFLOW_FORK, ARCHIVE_LARGE, and as `rebuild`. */
export const fork = async (workshop: Workshop, head: Head, { seq, id, nowMs }: Fork): Promise<Copy> => {
  if (seq < 1 || seq > head.seq) throw noFork(head.id, seq, `it has records 1 to ${head.seq}`)
  const taken = await journalOf(workshop.engine, head.id, seq)
  const last = taken.at(-1)!
  if (isEnd(last)) throw noFork(head.id, seq, 'that is its end', `Take a record before it: wippy workflow fork ${head.id} ${seq - 1}`)
  const run = await runAt(workshop.engine, head, seq)
  const { body, ledger, beginning, card, isSpent, steps } = await rebuild(workshop, head, { seq })
  try {
    if (isSpent) throw noFork(head.id, seq, 'that is in the middle of a computation', 'Take the record before it or behind it.')
    const code = Buffer.from(run.code, 'hex')
    const records: Sealed[] = [...taken]
    records.push(seal(last, last.epoch + 1, notice({ kind: RecordKind.fork, code, nowMs, input: encodeAll([head.id, seq]) })))
    if (steps > 0) {
      const learned = renamed(head, seq, body, { pid: formatPid(beginning.host, id), fuel: beginning.limits.fuel, nowMs })
      records.push(seal(records.at(-1)!, last.epoch + 1, { ...notice({ kind: RecordKind.step, code, nowMs, input: NOTHING }), ...learned }))
    }
    const own: Card = {
      ...{ entry: beginning.entry, host: beginning.host, code: run.code, start: run.start, startedMs: nowMs, endedMs: null, owner: '' },
      ...{ parent: null, watchers: [], mark: null, result: null, search: card.search, memo: card.memo },
    }
    const bytes = (await workshop.engine.code(run.code))!
    return { id, records, effects: noticed('running', own, { timers: ledger.due() }), programs: [{ hash: run.code, bytes }] }
  } finally {
    body.close()
  }
}

/** What was exported, as it was. One that has not ended is paused: it may be under way where it comes from. Throws as `fork` for a new id. */
export const transplant = async (archive: Archive, id: string, nowMs: number, workshopOn: (engine: Engine) => Workshop): Promise<Copy> => {
  const { status, card, records, timers, programs } = archive
  const mail = archive.mail.map((frame) => ({ to: id, frame }))
  const code = [...programs].map(([hash, bytes]) => ({ hash, bytes }))
  if (hasEnded(status)) return { id, records, effects: noticed(status, { ...card, mark: null }), programs: code }
  if (id !== archive.id) {
    const engine = new MemoryEngine()
    await unpackInto(engine, archive)
    const copy = await fork(workshopOn(engine), (await engine.head(archive.id))!, { seq: records.at(-1)!.seq, id, nowMs })
    return paused({ ...copy, effects: { ...copy.effects, mail } }, card.code, nowMs)
  }
  const copy = { id, records, effects: noticed(status, { ...card, mark: null }, { mail, timers }), programs: code }
  return status === 'paused' ? copy : paused(copy, card.code, nowMs)
}

const paused = (copy: Copy, code: string, nowMs: number): Copy => {
  const { records, effects } = copy
  const last = records.at(-1)!
  const pause = notice({ kind: RecordKind.pause, code: Buffer.from(code, 'hex'), nowMs, input: timersToBytes(effects.timers) })
  return {
    ...copy,
    records: [...records, seal(last, last.epoch + 1, pause)],
    effects: { ...effects, status: 'paused', active: false, timers: [] },
  }
}

/** The step in which a process learns that its pid is another one. */
const renamed = (
  { id }: Head,
  seq: number,
  body: DurableBody,
  { pid, fuel, nowMs }: { readonly pid: string; readonly fuel: number; readonly nowMs: number },
): Pick<Content, 'input' | 'fuel' | 'verdict' | 'spent' | 'output'> => {
  const name = new FrameBuffer()
  name.write(RENAME, 0, 0, new TextEncoder().encode(pid), NOTHING, NOTHING)
  const input = bytesOf(name)
  const done = stepOf(body, { input, fuel, nowMs })
  if (done.verdict !== 'wait' || done.output.length > 0) throw noFork(id, seq, 'it does not take another name')
  return { input, fuel, ...done }
}

const isEnd = ({ kind, verdict, output }: Parsed): boolean => {
  if (kind === RecordKind.end || verdict === 'exit' || verdict === 'fault') return true
  const frame = new FrameCursor().over(framesOf(output))
  while (frame.next()) if (frame.kind === EXIT) return true
  return false
}

const noFork = (id: string, seq: number, why: string, hint = `"wippy workflow journal ${id}" shows them.`): WippyError =>
  new WippyError('WORKFLOW_FORK', Kind.Invalid, `workflow "${id}" cannot be forked at record ${seq}: ${why}`, { retryable: false, hint })
