// A replay that differs from its journal: the first record that does, what it was and what it is, and where the code stands that does it.
//
// The place is found by running the step again with less and less to spend: with the least fuel that brings what differs about, the coroutine
// that ran last has just asked for it.

import { Kind, type Where, WippyError } from '../error.ts'
import type { DurableBody, Frame, Verdict } from '../kernel/body.ts'
import { ASK, EXIT, FrameCursor, SEND } from '../kernel/frame.ts'
import { decodeAll } from '../msgpack.ts'
import { bytesOf, framesOf, labelOf } from './ledger.ts'
import type { Parsed } from './record.ts'

const LONGEST = 200 // characters of values that are told
const SHOWN_FRAMES = 10

/** One thing a step wanted: in words, and with what came along. */
type Wish = { readonly text: string; readonly values: string; readonly isEnd: boolean; readonly frame: Uint8Array }

const wishesIn = (output: Uint8Array): Wish[] => {
  const frame = new FrameCursor().over(framesOf(output))
  const all: Wish[] = []
  while (frame.next()) {
    const { kind, flag } = frame
    if (kind !== ASK && kind !== SEND && kind !== EXIT) continue
    const [name, topic] = labelOf(frame)
    const end = `ends ${flag === 1 ? 'well' : 'with an error'}`
    const text = kind === EXIT ? end : kind === SEND ? `sends "${topic}" to ${name}` : `asks ${name}${topic ? ` ${topic}` : ''}`
    const values = valuesText(frame.bytes.subarray(frame.topicEnd, frame.payloadEnd))
    all.push({ text, values, isEnd: kind === EXIT, frame: frame.bytes.subarray(frame.at, frame.payloadEnd) })
  }
  return all
}

const plain = (_: string, value: unknown): unknown => {
  if (typeof value === 'bigint') return Number(value)
  if (value instanceof WippyError) return value.text
  return value instanceof Uint8Array ? `${value.length} bytes` : value instanceof Map ? [...value] : value
}

const valuesText = (payload: Uint8Array): string => {
  try {
    const text = JSON.stringify(decodeAll(payload), plain).slice(1, -1)
    return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text
  } catch {
    return `${payload.length} bytes` // what a process sends may be no values
  }
}

const NOTHING_MORE: Wish = { text: 'does nothing more', values: '', isEnd: false, frame: new Uint8Array(0) }
const SAID: Readonly<Record<Verdict, string>> = { wait: 'waits', again: 'goes on', exit: 'ends', fault: 'breaks' }

/** What a step did, as a record has it. */
export type Done = Pick<Parsed, 'output' | 'verdict' | 'spent'>

type Difference = {
  readonly was: string
  readonly is: string
  /** Which of its wishes it is, and whether each side has one there; -1: they want the same. */
  readonly at: number
  readonly isHere: boolean
  readonly wasThere: boolean
}

/** The first thing that differs; null when nothing does. `spends`: whether fuel counts. */
export const differenceOf = (before: Done, now: Done, spends: boolean): Difference | null => {
  if (Buffer.compare(before.output, now.output) !== 0) {
    const [old, other] = [wishesIn(before.output), wishesIn(now.output)]
    const first = old.findIndex(({ frame }, i) => other[i] === undefined || Buffer.compare(frame, other[i].frame) !== 0)
    const at = first < 0 ? old.length : first
    const [was = NOTHING_MORE, is = NOTHING_MORE] = [old[at], other[at]]
    const told = (wish: Wish): string => (was.text === is.text ? `${wish.text} (${wish.values})` : wish.text)
    const isAlike = told(was) === told(is)
    return {
      was: told(was),
      is: isAlike ? `${told(is)} with other bytes` : told(is),
      at,
      isHere: at < other.length,
      wasThere: at < old.length,
    }
  }
  const same = { at: -1, isHere: false, wasThere: false }
  if (before.verdict !== now.verdict) return { was: SAID[before.verdict], is: SAID[now.verdict], ...same }
  if (!spends || before.spent === now.spent) return null
  return { was: `spends ${before.spent} units of fuel`, is: `spends ${now.spent}`, ...same }
}

/** Within the workflow layer; `placed` makes an error for everybody of it. */
export class Divergence extends Error {
  readonly id: string
  readonly record: Parsed
  readonly difference: Difference

  constructor(id: string, record: Parsed, difference: Difference) {
    super(`workflow "${id}" differs at record ${record.seq}`)
    this.id = id
    this.record = record
    this.difference = difference
  }
}

/** WORKFLOW_DIVERGED with its place. `body` stands before the record that differs; it is closed. */
export const placed = ({ id, record, difference }: Divergence, body: DurableBody): WippyError => {
  try {
    const { was, is, at, isHere } = difference
    const frames = standsAt(body, record, isHere ? at : -1)
    const [frame] = frames
    return new WippyError(
      'WORKFLOW_DIVERGED',
      Kind.Conflict,
      `workflow "${id}" does otherwise than it did: at record ${record.seq} it ${is}, and then it ${was}`,
      {
        retryable: false,
        details: { record: record.seq, was, is },
        ...(frame && { where: whereOf(frame), frame: tracebackOf(frames) }),
        hint: 'Nothing was lost or appended. "wippy workflow resume" tries again, once its code does again what it did.',
      },
    )
  } finally {
    body.close()
  }
}

const whereOf = ({ file, line }: Frame): Where => ({ file, line })

const tracebackOf = (frames: readonly Frame[]): string => {
  const lines = frames
    .slice(0, SHOWN_FRAMES)
    .map(({ file, line, defined }) => `  ${file}:${line}${defined === 0 ? '' : ` in the function at line ${defined}`}`)
  return ['it stands at', ...lines].join('\n')
}

/**
 * The calls under way of who brings about wish number `at` of a step, the innermost first; of who ran last in it for -1. The body stands
 * before that step, and does so afterwards.
 */
export const standsAt = (
  body: DurableBody,
  { input, fuel, nowMs }: Pick<Parsed, 'input' | 'fuel' | 'nowMs'>,
  at: number,
): readonly Frame[] => {
  const state = body.image()
  const attempt = (granted: number): number => {
    body.restore(state)
    body.step(framesOf(input), granted, nowMs)
    return wishesIn(bytesOf(body.outbox)).length
  }
  attempt(fuel)
  if (at >= 0) {
    const isEnd = wishesIn(bytesOf(body.outbox))[at]?.isEnd === true
    let [few, enough] = [0, Math.max(1, body.spent)]
    while (enough - few > 1) {
      const middle = (few + enough) >> 1
      if (attempt(middle) > at) enough = middle
      else few = middle
    }
    attempt(isEnd ? Math.max(few, 1) : enough) // who has ended stands nowhere: just before that
  }
  const { coroutines } = body.standing()
  body.restore(state)
  return (coroutines.find(({ isLast }) => isLast) ?? coroutines[0])?.frames ?? []
}
