// From a journal to what goes on from it: the newest checkpoint of this runtime, else the start; the records behind it, replayed.
//
// A journal that is damaged, or does otherwise than it did, is left as it is: whoever rebuilds hears of it.

import { setImmediate as nextTurn } from 'node:timers/promises'
import { Kind, WippyError } from '../error.ts'
import type { DurableBody } from '../kernel/body.ts'
import type { HostLimits } from '../kernel/host.ts'
import { type Beginning, beginningOf, type Card, cardOf } from './card.ts'
import { piecesOf, restore } from './checkpoint.ts'
import { Divergence, placed } from './divergence.ts'
import type { Engine, Head } from './engine.ts'
import { Ledger } from './ledger.ts'
import { programHash } from './programs.ts'
import { forgotten, originOf, type Parsed, type Position, parse, parseChain, RecordKind } from './record.ts'
import { type Meter, replay } from './replay.ts'

const PAGE = 500 // records read at once
const FEW = 4 // records replayed between two looks at the clock
const SLICE_MS = 2

/** A body for a program, given as bytes. */
export type MakeBody = (code: Uint8Array, limits: HostLimits) => DurableBody

/** What it takes to make a process of a journal. */
export type Workshop = {
  readonly engine: Engine
  /** Names this build of the runtime. */
  readonly runtime: string
  readonly makeBody: MakeBody
}

/** One run in a journal: where it begins, and what it runs. */
export type RunOf = Pick<Card, 'start' | 'code' | 'mark'>

/** A workflow as it was behind a record. */
export type Rebuilt = {
  readonly position: Position
  readonly card: Card
  readonly beginning: Beginning
  readonly body: DurableBody
  readonly ledger: Ledger
  readonly steps: number
  readonly fuel: number
  /** Pieces of its last checkpoint, when that was of use; else of the one that was not. */
  readonly pieces: ReadonlySet<string>
  readonly stale: readonly string[]
  /** Whether its last step ran out of fuel, so that it goes on without being asked. */
  readonly isSpent: boolean
}

export type Goal = {
  /** Behind which record; the last one by default. */
  readonly seq?: number
  /** Another program, from the beginning of the run on. */
  readonly code?: Uint8Array
  /** Whether checkpoints are passed over. */
  readonly isWhole?: boolean
}

/** The caller closes the body. Throws WORKFLOW_CODE, WORKFLOW_DIVERGED or JOURNAL_CORRUPT. */
export const rebuild = async (workshop: Workshop, head: Head, goal: Goal = {}): Promise<Rebuilt> => {
  try {
    return await rebuilt(workshop, head, goal)
  } catch (error) {
    if (!(error instanceof Divergence)) throw error
    throw placed(error, (await rebuilt(workshop, head, { ...goal, seq: error.record.seq - 1 })).body)
  }
}

/** The same for who finds the place of a difference by itself: throws Divergence instead of WORKFLOW_DIVERGED. */
export const rebuilt = async (
  workshop: Workshop,
  head: Head,
  { seq = head.seq, code, isWhole = code !== undefined }: Goal = {},
): Promise<Rebuilt> => {
  const { engine, runtime, makeBody } = workshop
  const { id } = head
  const card = cardOf(head.card)
  const run = await runAt(engine, head, seq)
  const bytes = code ?? (await engine.code(run.code))
  if (bytes === null) throw codeMissing(id, run.code)
  const beginning = beginningOf((await recordAt(engine, id, run.start)).input)
  const mark = run.mark !== null && !isWhole && run.mark.runtime === runtime ? run.mark : null
  const kept = mark === null ? null : await restore(engine, id, mark)
  const stale = kept === null ? await piecesOf(engine, id, card.mark) : []
  const body = makeBody(bytes, beginning.limits)
  try {
    const ledger = kept?.ledger ?? new Ledger(beginning.owner)
    let last: Position = await recordAt(engine, id, kept === null ? run.start : mark!.seq)
    if (kept !== null) body.restore(kept.state)
    const isItsCode = code === undefined || programHash(code) === run.code
    const meter: Meter = { own: isItsCode ? runtime : null, by: kept === null ? (beginning.runtime ?? null) : runtime, owed: 0 }
    const sum = { verdict: 'wait', steps: kept?.steps ?? 0, fuel: kept?.fuel ?? 0 }
    let until = performance.now() + SLICE_MS
    while (last.seq < seq) {
      const records = parseChain(id, last, await engine.read(id, last.seq + 1, Math.min(PAGE, seq - last.seq)))
      const newest = records.at(-1)
      if (newest === undefined) throw incomplete(id, last.seq + 1)
      for (let at = 0; at < records.length; at += FEW) {
        if (performance.now() > until) {
          await nextTurn() // others have theirs
          until = performance.now() + SLICE_MS
        }
        const part = replay(id, body, records.slice(at, at + FEW), ledger, meter)
        if (part.steps > 0) sum.verdict = part.verdict
        sum.steps += part.steps
        sum.fuel += part.fuel
      }
      last = newest
    }
    const { verdict, steps, fuel } = sum
    const pieces = kept?.names ?? new Set<string>()
    return { position: last, card, beginning, body, ledger, steps, fuel, pieces, stale, isSpent: verdict === 'again' }
  } catch (error) {
    body.close()
    throw error
  }
}

/** The run that record `seq` belongs to. Throws JOURNAL_CORRUPT, and WORKFLOW_RECORD for one that was forgotten. */
export const runAt = async (engine: Engine, { id, card }: Head, seq: number): Promise<RunOf> => {
  const { start, code, mark } = cardOf(card)
  if (seq >= start) return { start, code, mark: mark !== null && mark.seq <= seq ? mark : null }
  const oldest = originOf(id, (await engine.read(id, 1, 1))[0]).seq + 1
  if (seq < oldest) throw forgotten(id, seq, oldest)
  for (let to = seq; to >= oldest; to -= PAGE) {
    const from = Math.max(oldest, to - PAGE + 1)
    const page = await engine.read(id, from, to - from + 1)
    const records = page.map((bytes, i) => parse(bytes, `record ${from + i} of workflow "${id}"`))
    const first = records.findLast(({ kind }) => kind === RecordKind.start)
    if (first) return { start: first.seq, code: Buffer.from(first.code).toString('hex'), mark: null }
  }
  throw incomplete(id, oldest)
}

const recordAt = async (engine: Engine, id: string, seq: number): Promise<Parsed> => {
  const [bytes] = await engine.read(id, seq, 1)
  if (bytes === undefined) throw incomplete(id, seq)
  return parse(bytes, `record ${seq} of workflow "${id}"`)
}

const codeMissing = (id: string, code: string): WippyError =>
  new WippyError('WORKFLOW_CODE', Kind.NotFound, `the program ${code} of workflow "${id}" is not stored`, {
    retryable: false,
    hint: 'Programs are kept for the run at hand of each workflow, not for those it had before.',
  })

const incomplete = (id: string, seq: number): WippyError =>
  new WippyError('JOURNAL_CORRUPT', Kind.Internal, `record ${seq} of workflow "${id}" is missing`, { retryable: false })
