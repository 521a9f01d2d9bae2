// From a journal to what goes on from it: the newest checkpoint of this runtime, else the start; the records behind it, replayed.
//
// A journal that is damaged, or does otherwise than it did, is left as it is: whoever rebuilds hears of it.

import { Kind, WippyError } from '../error.ts'
import type { DurableBody } from '../kernel/body.ts'
import type { HostLimits } from '../kernel/host.ts'
import { type Beginning, beginningOf, type Card, cardOf } from './card.ts'
import { restore } from './checkpoint.ts'
import type { Engine, Head } from './engine.ts'
import { Ledger } from './ledger.ts'
import { type Parsed, type Position, parse, parseChain } from './record.ts'
import { replay } from './replay.ts'

const PAGE = 500 // records read at once

/** A body for a program, given as bytes. */
export type MakeBody = (code: Uint8Array, limits: HostLimits) => DurableBody

/** A workflow as it was behind its last record. */
export type Rebuilt = {
  readonly position: Position
  readonly card: Card
  readonly beginning: Beginning
  readonly body: DurableBody
  readonly ledger: Ledger
  readonly steps: number
  readonly fuel: number
  /** Pieces of its last checkpoint. */
  readonly pieces: ReadonlySet<string>
  /** Whether its last step ran out of fuel, so that it goes on without being asked. */
  readonly isSpent: boolean
}

/** The caller closes the body. Throws WORKFLOW_CODE, WORKFLOW_DIVERGED or JOURNAL_CORRUPT. */
export const rebuild = async (engine: Engine, head: Head, runtime: string, makeBody: MakeBody): Promise<Rebuilt> => {
  const { id } = head
  const card = cardOf(head.card)
  const code = await engine.code(card.code)
  if (code === null) throw codeMissing(id, card.code)
  const beginning = beginningOf((await recordAt(engine, id, card.start)).input)
  const mark = card.mark !== null && card.mark.runtime === runtime ? card.mark : null
  const kept = mark === null ? null : await restore(engine, id, mark)
  const body = makeBody(code, beginning.limits)
  try {
    const ledger = kept?.ledger ?? new Ledger()
    let last: Position = await recordAt(engine, id, kept === null ? card.start : mark!.seq)
    if (kept !== null) body.restore(kept.state)
    const sum = { verdict: 'wait', steps: kept?.steps ?? 0, fuel: kept?.fuel ?? 0 }
    while (last.seq < head.seq) {
      const records = parseChain(id, last, await engine.read(id, last.seq + 1, Math.min(PAGE, head.seq - last.seq)))
      const newest = records.at(-1)
      if (newest === undefined) throw incomplete(id, last.seq + 1)
      const part = replay(id, body, records, ledger)
      if (part.steps > 0) sum.verdict = part.verdict
      sum.steps += part.steps
      sum.fuel += part.fuel
      last = newest
    }
    const { verdict, steps, fuel } = sum
    const pieces = kept?.names ?? new Set<string>()
    return { position: last, card, beginning, body, ledger, steps, fuel, pieces, isSpent: verdict === 'again' }
  } catch (error) {
    body.close()
    throw error
  }
}

const recordAt = async (engine: Engine, id: string, seq: number): Promise<Parsed> => {
  const [bytes] = await engine.read(id, seq, 1)
  if (bytes === undefined) throw incomplete(id, seq)
  return parse(bytes, `record ${seq} of workflow "${id}"`)
}

const codeMissing = (id: string, code: string): WippyError =>
  new WippyError('WORKFLOW_CODE', Kind.NotFound, `the program ${code} of workflow "${id}" is not stored`, { retryable: false })

const incomplete = (id: string, seq: number): WippyError =>
  new WippyError('JOURNAL_CORRUPT', Kind.Internal, `record ${seq} of workflow "${id}" is missing`, { retryable: false })
