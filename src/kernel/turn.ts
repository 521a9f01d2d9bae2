// A turn: one process for one slice of fuel.
//
// It may be stepped several times in its slice, as long as what it released comes back at once (an ask the door answers, a send's reply), so
// that cheap asks do not cost a turn. A process whose steps are committed is stepped once per turn, always with the whole slice: what a step
// is given never depends on who else ran.

import { NOBODY } from './address.ts'
import type { Commit, Reply, Step, Verdict } from './body.ts'
import type { Delivery } from './delivery.ts'
import type { Ending } from './ending.ts'
import type { Exit } from './exit.ts'
import { commitFailed, faulted } from './failure.ts'
import { type Frames, noFrames } from './frame.ts'
import { copyFrames, type FrameBuffer } from './frame-buffer.ts'
import type { Observer } from './observer.ts'
import { NO_RESULT } from './payload.ts'
import type { Process, Successor } from './process.ts'
import type { Release } from './release.ts'
import type { Traced, Tracer } from './trace.ts'

const BATCH = 256 // messages and signals handed to one step
const BATCH_BYTES = 64 * 1024
const STEP_FUEL = 1000 // what a step takes from its slice at least, so that a slice ends
const ASK_FUEL = 4000 // what an ask takes from the slice besides, and from a budget with a unit for each byte: the host works for it

/** What a turn works with, and what becomes of the process behind it. */
export type TurnParts = {
  readonly delivery: Delivery
  readonly release: Release
  readonly ending: Ending
  readonly observer: Observer
  /** It is ready again. `isSpent`: with its slice used up. */
  readonly wake: (process: Process, isSpent: boolean) => void
  readonly end: (process: Process, exit: Exit) => void
  readonly succeed: (process: Process, successor: Successor) => void
}

/** Gives turns, one at a time. */
export class Turn {
  /** Fuel of all steps so far, a step for `STEP_FUEL` at least. */
  work = 0
  readonly #parts: TurnParts
  readonly #delivery: Delivery
  readonly #release: Release
  readonly #observer: Observer
  readonly #inbox = noFrames()
  readonly #reply: Reply = { at: 0, from: NOBODY }

  constructor(parts: TurnParts) {
    this.#parts = parts
    this.#delivery = parts.delivery
    this.#release = parts.release
    this.#observer = parts.observer
  }

  /** Runs a process that is ready. */
  give(process: Process, nowMs: number): void {
    const { body, mailbox, commit, share } = process
    const inbox = this.#inbox
    process.state = 'running'
    let { fuel } = process.limits
    for (;;) {
      if (share !== null) {
        const fault = share.budget.exhausted
        if (fault !== null) {
          process.state = 'waiting'
          this.#parts.end(process, this.#parts.ending.because(faulted(fault)))
          return
        }
        fuel = Math.min(fuel, share.budget.fuelLeft)
      }
      if (body.isBehind) inbox.end = inbox.start
      else mailbox.take(inbox, BATCH, BATCH_BYTES)
      const peer = commit === null && inbox.end > inbox.start ? this.#delivery.grantCredit(process, inbox) : null
      const place = peer !== null && share === null && process.tracers === null ? peer.mailbox.offer() : null
      const verdict = this.#step(process, fuel, nowMs, place)
      const spent = Math.max(body.spent || 0, 0)
      share?.count(spent, body.heldBytes ?? 0)
      mailbox.held = body.backlog
      process.steps++
      process.fuel += spent
      this.work += Math.max(spent, STEP_FUEL)
      this.#observer.stepped(process, spent)
      if (process.tracers !== null) this.#trace(process, process.tracers, { spent, verdict })
      if (commit !== null) {
        this.#commit(process, commit, { fuel, nowMs, verdict, spent, outbox: copyFrames(body.outbox) })
        return
      }
      mailbox.settle()
      const { asked, askedBytes } = this.#release
      const isReplied = place !== null && this.#arrives(process, peer!, place)
      const goesOn = (isReplied && process.doom === null && process.successor === null) || this.#finish(process, verdict, body.outbox)
      const asking = (this.#release.asked - asked) * ASK_FUEL
      share?.budget.spend(asking + this.#release.askedBytes - askedBytes)
      if (!goesOn) return
      fuel -= Math.max(spent, STEP_FUEL) + asking
      if (verdict === 'again' || fuel <= 0 || mailbox.isEmpty) {
        this.rest(process, verdict, fuel <= 0)
        return
      }
    }
  }

  /** Ends a turn. `isSlice`: its slice is used up, be it by asks that were answered at once. */
  rest(process: Process, verdict: Verdict, isSlice = false): void {
    process.state = 'waiting'
    if (verdict === 'again' || !process.mailbox.isEmpty) this.#parts.wake(process, verdict === 'again' || isSlice)
  }

  /** What was offered to the step goes back to whom it is from; whether with a message. */
  #arrives(process: Process, peer: Process, place: FrameBuffer): boolean {
    const size = process.body.replied ?? 0
    peer.mailbox.arrived(place, process.address, size)
    if (size > 0) this.#parts.wake(peer, false)
    return size > 0
  }

  #step(process: Process, fuel: number, nowMs: number, place: FrameBuffer | null): Verdict {
    try {
      if (place === null) return process.body.step(this.#inbox, fuel, nowMs)
      const reply = this.#reply
      reply.at = place.start
      reply.from = process.address
      return process.body.step(this.#inbox, fuel, nowMs, reply)
    } catch (cause) {
      this.#observer.broken(process, cause)
      return 'fault'
    }
  }

  #trace(process: Process, tracers: readonly Tracer[], step: Pick<Traced, 'spent' | 'verdict'>): void {
    for (const tracer of tracers) tracer({ process, inbox: this.#inbox, outbox: process.body.outbox, ...step })
  }

  #commit(process: Process, commit: Commit, step: Step): void {
    process.state = 'suspended'
    const durable = commit(this.#inbox, step)
    process.mailbox.settle()
    durable.then(
      () => {
        if (process.state !== 'suspended') return
        process.state = 'running'
        if (this.#finish(process, step.verdict, step.outbox)) this.rest(process, step.verdict)
      },
      (cause) => this.#parts.end(process, this.#parts.ending.because(commitFailed(cause))),
    )
  }

  /** Releases a step. False when the process does not go on as it is. */
  #finish(process: Process, verdict: Verdict, outbox: Frames): boolean {
    const mayFail = verdict === 'fault' || process.share !== null
    const exit = (mayFail ? this.#failed(process, verdict) : null) ?? this.#released(process, verdict, outbox)
    const { successor } = process
    if (exit === null && successor === null) return true
    process.state = 'waiting'
    if (exit !== null) this.#parts.end(process, exit)
    else if (successor !== null) this.#parts.succeed(process, successor)
    return false
  }

  /** How a step ends a process that does not end itself; null when it goes on. */
  #failed({ body, share }: Process, verdict: Verdict): Exit | null {
    const { ending } = this.#parts
    if (verdict === 'fault') return ending.because(faulted(body.fault))
    const fault = verdict === 'exit' ? null : (share?.budget.exhausted ?? null)
    return fault && ending.because(faulted(fault))
  }

  #released(process: Process, verdict: Verdict, outbox: Frames): Exit | null {
    const exit = this.#release.perform(process, outbox)
    return exit ?? (verdict === 'exit' ? { ok: true, payload: NO_RESULT, error: null } : process.doom)
  }
}
