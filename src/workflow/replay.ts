// Replay: the records of a journal given to a body again, without effects. Whatever it does otherwise than it did is found at once.
//
//   W1 restore(k) + replay(k..n) = replay(0..n), byte for byte and fuel for fuel.
//   W3 Fuel is compared with what the same build of the runtime spent on the same code. Any other build, or other code, has to ask, send and
//      end as it did, in the same order, whatever that costs it; where a computation was cut short by its fuel, it is cut short behind the
//      same output.

import type { Body, DurableBody, Verdict } from '../kernel/body.ts'
import { noteOf } from './attempts.ts'
import { writerOf } from './card.ts'
import { Divergence, type Done, differenceOf } from './divergence.ts'
import { bytesOf, framesOf, type Ledger } from './ledger.ts'
import { type Parsed, RecordKind } from './record.ts'

const MORE = 16 // times the fuel that was spent, for who spends otherwise
const MOST_FUEL = 2 ** 30
const NOTHING = new Uint8Array(0)

/** Whose fuel the records count. */
export type Meter = {
  /** The build that replays; null when it does so with other code. */
  readonly own: string | null
  /** The build that wrote the record at hand; null when the journal does not say. */
  by: string | null
  /** Fuel of a computation under way. */
  owed: number
}

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

/** The step of a body that spends otherwise, to the end of what it does by itself or of `fuel`. */
const wholeStep = (body: Body, { input, nowMs }: Parsed, fuel: number): Done => {
  const outputs: Uint8Array[] = []
  let spent = 0
  for (let rest = input; ; rest = NOTHING) {
    const done = stepOf(body, { input: rest, fuel: fuel - spent, nowMs })
    outputs.push(done.output)
    spent += done.spent
    if (done.verdict !== 'again' || done.spent === 0 || spent >= fuel) return { ...done, spent, output: Buffer.concat(outputs) }
  }
}

/** The step of such a body where the record's ran out of fuel: so far that it has put out as much. */
const partialStep = (body: DurableBody, record: Parsed, most: number): Done => {
  const before = body.image()
  const attempt = (fuel: number): Done => {
    body.restore(before)
    return stepOf(body, { ...record, fuel })
  }
  let done = attempt(record.fuel)
  if (Buffer.compare(done.output, record.output) !== 0) {
    if (record.input.length + record.output.length === 0) {
      body.restore(before)
      return { output: NOTHING, verdict: 'again', spent: 0 }
    }
    let [few, enough] = [0, most]
    while (enough - few > 1) {
      const middle = (few + enough) >> 1
      if (attempt(middle).output.length >= record.output.length) enough = middle
      else few = middle
    }
    done = attempt(enough)
  }
  return done.verdict === 'fault' ? done : { ...done, verdict: 'again' }
}

/** Gives one record to a body. Throws Divergence at the first difference. */
const replayStep = (id: string, body: DurableBody, record: Parsed, meter: Meter): void => {
  const spends = meter.own !== null && meter.own === meter.by
  meter.owed += record.spent
  const most = Math.min(record.fuel + meter.owed * MORE, MOST_FUEL)
  const isCutShort = record.verdict === 'again'
  const done = spends ? stepOf(body, record) : isCutShort ? partialStep(body, record, most) : wholeStep(body, record, most)
  if (!isCutShort) meter.owed = 0
  const difference = differenceOf(record, done, spends)
  if (difference !== null) throw new Divergence(id, record, difference)
}

/** Replays what belongs to a body, taking it into the ledger as well. Returns how its last step ended, and the fuel of all. */
export const replay = (
  id: string,
  body: DurableBody,
  records: readonly Parsed[],
  ledger: Ledger,
  meter: Meter,
): { verdict: Verdict; steps: number; fuel: number } => {
  let verdict: Verdict = 'wait'
  let steps = 0
  let fuel = 0
  for (const record of records) {
    if (record.kind === RecordKind.own) {
      const { owner, runtime } = writerOf(record.input)
      ledger.owned(owner)
      meter.by = runtime
    }
    if (record.kind === RecordKind.fork) meter.by = null
    if (record.kind === RecordKind.note) ledger.note(noteOf(record.input))
    if (record.kind !== RecordKind.step) continue
    replayStep(id, body, record, meter)
    const { seq, nowMs, input, output, mailed } = record
    ledger.step({ seq, nowMs, input: framesOf(input), output: framesOf(output), mailed: new Set(mailed) })
    verdict = record.verdict
    steps++
    fuel += record.spent
  }
  return { verdict, steps, fuel }
}
