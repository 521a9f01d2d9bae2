// Replay: the records of a journal given to a body again, without effects. Whatever it does otherwise than it did is found at once.
//
//   W1 restore(k) + replay(k..n) = replay(0..n), byte for byte and fuel for fuel.

import type { Body, Verdict } from '../kernel/body.ts'
import { noteOf } from './attempts.ts'
import { Divergence, type Done, differenceOf } from './divergence.ts'
import { bytesOf, framesOf, type Ledger } from './ledger.ts'
import { type Parsed, RecordKind } from './record.ts'

/** One step, and what it did. A body that throws is broken. */
export const stepOf = (body: Body, { input, fuel, nowMs }: Pick<Parsed, 'input' | 'fuel' | 'nowMs'>): Done => {
  let verdict: Verdict
  try {
    verdict = body.step(framesOf(input), fuel, nowMs)
  } catch {
    verdict = 'fault'
  }
  return { output: bytesOf(body.outbox), verdict, spent: Math.max(body.spent || 0, 0) }
}

/** Gives one record to a body. Throws Divergence at the first difference. */
const replayStep = (id: string, body: Body, record: Parsed, spends: boolean): void => {
  const difference = differenceOf(record, stepOf(body, record), spends)
  if (difference !== null) throw new Divergence(id, record, difference)
}

/**
 * Replays what belongs to a body, taking it into the ledger as well. Returns how its last step ended, and the fuel of all. `spends`: whether
 * it must spend what was spent, which other code never does.
 */
export const replay = (
  id: string,
  body: Body,
  records: readonly Parsed[],
  ledger: Ledger,
  spends = true,
): { verdict: Verdict; steps: number; fuel: number } => {
  let verdict: Verdict = 'wait'
  let steps = 0
  let fuel = 0
  for (const record of records) {
    if (record.kind === RecordKind.own) ledger.attempts.interrupted()
    if (record.kind === RecordKind.note) ledger.note(noteOf(record.input))
    if (record.kind !== RecordKind.step) continue
    replayStep(id, body, record, spends)
    ledger.step(record.seq, record.nowMs, framesOf(record.input), framesOf(record.output), new Set(record.mailed))
    verdict = record.verdict
    steps++
    fuel += record.spent
  }
  return { verdict, steps, fuel }
}
