// A question to a workflow, answered by its own code: `workflow.query(name, fn)`.
//
//   Q1 It is asked of a copy, made of the journal: nothing that is done to answer it stays, is written down, or leaves the copy.
//   Q2 It sees what is durable, and nothing else. It has so much fuel and no more.

import { setImmediate as nextTurn } from 'node:timers/promises'
import { Kind, WippyError } from '../error.ts'
import { EXIT, FrameCursor, QUERY } from '../kernel/frame.ts'
import { FrameBuffer } from '../kernel/frame-buffer.ts'
import { lastWords } from '../msgpack.ts'
import { formatPid, type Pid } from '../pid.ts'
import { cardOf } from './card.ts'
import { type Head, workflowNotFound } from './engine.ts'
import { idOf } from './id.ts'
import { framesOf, labelOf } from './ledger.ts'
import { rebuild, type Workshop } from './rebuild.ts'

const FUEL = 50_000_000 // a fifth of a second
const SLICE = 500_000
const MOST_AT_ONCE = 16
const NOTHING = new Uint8Array(0)
const NO_FRAMES = framesOf(NOTHING)

export type Question = {
  readonly name: string
  /** A msgpack array. */
  readonly args: Uint8Array
  readonly nowMs: number
  /** Behind which record it is asked; the last one by default. */
  readonly seq?: number
}

/** What the handler returned. Throws QUERY_NONE, QUERY_BUSY, QUERY_REFUSED, QUERY_FUEL, QUERY_BROKEN, what the handler fails with, and as `rebuild`. */
export const inquire = async (workshop: Workshop, head: Head, { name, args, nowMs, seq = head.seq }: Question): Promise<unknown> => {
  const { body, isSpent } = await rebuild(workshop, head, { seq })
  try {
    if (isSpent) throw busy(head.id)
    const question = new FrameBuffer()
    question.write(QUERY, 0, 0, new TextEncoder().encode(name), NOTHING, args)
    let verdict = body.step(question, SLICE, nowMs)
    for (let fuel = SLICE; verdict === 'again' && body.outbox.start === body.outbox.end && fuel < FUEL; fuel += SLICE) {
      await nextTurn() // others have theirs
      verdict = body.step(NO_FRAMES, SLICE, nowMs)
    }
    if (verdict === 'fault') throw broken(name, body.fault?.message ?? '')
    const frame = new FrameCursor().over(body.outbox)
    if (!frame.next()) throw verdict === 'again' ? tooLong(name) : waits(name)
    if (frame.kind !== EXIT) throw wants(name, labelOf(frame)[0])
    const [value = null, error = null] = lastWords(frame.bytes.slice(frame.topicEnd, frame.payloadEnd))
    if (frame.flag === 1) return value
    if (!(error instanceof WippyError)) throw broken(name, String(error))
    throw error.kind === Kind.NotFound && error.message.startsWith(`no query '${name}'`) ? none(error.message) : error
  } finally {
    body.close()
  }
}

/** The questions that processes of one node ask: so many at once, more are refused. */
export class Inquiries {
  readonly #workshop: Workshop
  readonly #nowMs: () => number
  #underWay = 0

  constructor(workshop: Workshop, nowMs: () => number) {
    this.#workshop = workshop
    this.#nowMs = nowMs
  }

  /** What the code of a workflow answers, as of its last record. Throws WORKFLOW_NOT_FOUND, QUERY_CROWD, and as `inquire`. */
  async ask(pid: Pid, name: string, args: Uint8Array): Promise<unknown> {
    if (this.#underWay >= MOST_AT_ONCE) throw crowd()
    this.#underWay++
    try {
      const id = idOf(pid)
      const head = id === null ? null : await this.#workshop.engine.head(id)
      if (head === null || formatPid(cardOf(head.card).host, head.id) !== pid) throw workflowNotFound(pid)
      return await inquire(this.#workshop, head, { name, args, nowMs: this.#nowMs() })
    } finally {
      this.#underWay--
    }
  }
}

const none = (message: string): WippyError =>
  new WippyError('QUERY_NONE', Kind.NotFound, message, {
    retryable: false,
    hint: 'Ask by one of these names; "workflow.query(name, fn)" in its code answers another, in workflows that begin after that.',
  })

const crowd = (): WippyError =>
  new WippyError('QUERY_CROWD', Kind.RateLimited, `more than ${MOST_AT_ONCE} queries at once`, { retryable: true })

const busy = (id: string): WippyError =>
  new WippyError('QUERY_BUSY', Kind.Unavailable, `workflow "${id}" is in the middle of a computation there`, {
    retryable: true,
    hint: 'Ask again, or at another record.',
  })

const refused = (name: string, what: string): WippyError =>
  new WippyError('QUERY_REFUSED', Kind.Invalid, `the query "${name}" ${what}`, {
    retryable: false,
    hint: 'A query looks at what its workflow knows and returns at once: no calls, no messages, no sleep.',
  })
const waits = (name: string): WippyError => refused(name, 'waits for something')
const wants = (name: string, what: string): WippyError => refused(name, `wants something of others: ${what}`)

const tooLong = (name: string): WippyError =>
  new WippyError('QUERY_FUEL', Kind.Timeout, `the query "${name}" does not end within ${FUEL} units of fuel`, { retryable: false })

const broken = (name: string, why: string): WippyError =>
  new WippyError('QUERY_BROKEN', Kind.Internal, `the query "${name}" broke: ${why}`, { retryable: false })
