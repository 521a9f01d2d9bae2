// Replay: the records of a journal given to a body again, without effects. Whatever it does otherwise than it did is found at once.
//
//   W1 restore(k) + replay(k..n) = replay(0..n), byte for byte and fuel for fuel.

import { Kind, WippyError } from '../error.ts'
import type { Body, Verdict } from '../kernel/body.ts'
import { ASK, EXIT, FrameCursor, SEND } from '../kernel/frame.ts'
import { bytesOf, framesOf, type Ledger, labelOf } from './ledger.ts'
import { type Parsed, RecordKind } from './record.ts'

/** One thing a step wanted, for people. */
const wanted = (output: Uint8Array): string[] => {
  const frame = new FrameCursor().over(framesOf(output))
  const all: string[] = []
  while (frame.next()) {
    const [name, topic] = labelOf(frame)
    const payload = Buffer.from(frame.bytes.subarray(frame.topicEnd, frame.payloadEnd)).toString('base64')
    if (frame.kind === ASK) all.push(`asks ${name}${topic ? ` ${topic}` : ''} (${payload})`)
    else if (frame.kind === SEND) all.push(`sends "${topic}" to ${name} (${payload})`)
    else if (frame.kind === EXIT) all.push(`ends ${frame.flag === 1 ? 'well' : 'with an error'} (${payload})`)
  }
  return all
}

const NOTHING_MORE = 'does nothing more'

/** The first thing that differs between two outboxes, as what was and what is. */
const difference = (before: Uint8Array, now: Uint8Array): readonly [string, string] => {
  const [old, other] = [wanted(before), wanted(now)]
  const at = old.findIndex((line, i) => line !== other[i])
  const first = at < 0 ? old.length : at
  const [was = NOTHING_MORE, is = NOTHING_MORE] = [old[first], other[first]]
  const short = (line: string): string => line.replace(/ \([^)]*\)$/, '')
  return short(was) === short(is) ? [was, is] : [short(was), short(is)]
}

const diverged = (id: string, { seq }: Parsed, what: string, was: unknown, is: unknown): WippyError =>
  new WippyError('WORKFLOW_DIVERGED', Kind.Conflict, `workflow "${id}" does otherwise than it did, at record ${seq}: ${what}`, {
    retryable: false,
    details: { record: seq, was, is },
    hint: 'Nothing was lost or appended. Run it with the code it began with, or start a new one.',
  })

/** Gives one record to a body. Throws WORKFLOW_DIVERGED at the first difference. */
export const replayStep = (id: string, body: Body, record: Parsed): void => {
  let verdict: Verdict
  try {
    verdict = body.step(framesOf(record.input), record.fuel, record.nowMs)
  } catch {
    verdict = 'fault'
  }
  const output = bytesOf(body.outbox)
  if (Buffer.compare(output, record.output) !== 0) {
    const [was, is] = difference(record.output, output)
    throw diverged(id, record, `it ${is}, and then it ${was}`, was, is)
  }
  if (verdict !== record.verdict)
    throw diverged(id, record, `it ${said(verdict)}, and then it ${said(record.verdict)}`, record.verdict, verdict)
  const spent = Math.max(body.spent || 0, 0)
  if (spent !== record.spent) throw diverged(id, record, `it spends ${spent} fuel, and then it spent ${record.spent}`, record.spent, spent)
}

const SAID: Readonly<Record<Verdict, string>> = { wait: 'waits', again: 'goes on', exit: 'ends', fault: 'breaks' }
const said = (verdict: Verdict): string => SAID[verdict]

/** Replays what belongs to a body, taking it into the ledger as well. Returns how its last step ended, and the fuel of all. */
export const replay = (
  id: string,
  body: Body,
  records: readonly Parsed[],
  ledger: Ledger,
): { verdict: Verdict; steps: number; fuel: number } => {
  let verdict: Verdict = 'wait'
  let steps = 0
  let fuel = 0
  for (const record of records) {
    if (record.kind !== RecordKind.step) continue
    replayStep(id, body, record)
    ledger.step(record.seq, record.nowMs, framesOf(record.input), framesOf(record.output), new Set(record.mailed))
    verdict = record.verdict
    steps++
    fuel += record.spent
  }
  return { verdict, steps, fuel }
}
