// One attempt at a workflow's call: how long it may wait, run and be silent, and what it has come to.

import type { Clock } from '../clock.ts'
import { Kind, WippyError } from '../error.ts'
import type { Pid } from '../pid.ts'
import type { ActivityPolicy } from './activity-policy.ts'
import type { Attempt } from './service.ts'

const NOTED_MS = 1000 // between two heartbeats that are written down

export type ActivityAttemptOptions = {
  readonly clock: Clock
  readonly number: number
  readonly policy: ActivityPolicy
  readonly target: string
  /** What is left of schedule_to_close. */
  readonly leftMs: number
  /** The details of the last heartbeat of the attempts before. */
  readonly details: Uint8Array | null
  /** Writes a heartbeat down. */
  readonly note: (details: Uint8Array) => void
  readonly begun: (pid: Pid) => void
}

export class ActivityAttempt implements Attempt {
  readonly number: number
  /** Of the last heartbeat, a msgpack array. */
  details: Uint8Array | null
  /** Why it was given up. */
  timeout: WippyError | null = null
  pid: Pid | null = null
  readonly #options: ActivityAttemptOptions
  readonly #abort = new AbortController()
  readonly #cancels = new Map<string, () => void>()
  #isNoted = true
  #notedMs = Number.NEGATIVE_INFINITY

  constructor(options: ActivityAttemptOptions) {
    const { number, details, leftMs, policy } = options
    this.#options = options
    this.number = number
    this.details = details
    this.#within('schedule_to_close', leftMs, false)
    this.#within('schedule_to_start', policy.scheduleToStartMs, false)
  }

  get signal(): AbortSignal {
    return this.#abort.signal
  }

  started(pid: Pid | null): void {
    const { policy, begun } = this.#options
    this.#over('schedule_to_start')
    this.#within('start_to_close', policy.startToCloseMs)
    this.#within('heartbeat', policy.heartbeatMs)
    this.pid = pid
    if (pid !== null) begun(pid)
  }

  /** It lives, and this is how far it is. Written down at most once a second. */
  beat(details: Uint8Array): void {
    this.details = details
    this.#isNoted = false
    this.#over('heartbeat')
    this.#within('heartbeat', this.#options.policy.heartbeatMs)
    this.#note()
  }

  /** Its outcome is known. */
  end(): void {
    for (const cancel of this.#cancels.values()) cancel()
    this.#cancels.clear()
  }

  #note(): void {
    const { clock, note } = this.#options
    if (this.#isNoted || this.#cancels.has('note')) return
    const waitMs = this.#notedMs + NOTED_MS - clock.nowMs()
    if (waitMs > 0) {
      this.#cancels.set(
        'note',
        clock.setTimer(waitMs, () => {
          this.#cancels.delete('note')
          this.#note()
        }),
      )
      return
    }
    this.#isNoted = true
    this.#notedMs = clock.nowMs()
    note(this.details!)
  }

  #within(what: string, ms: number, retryable?: false): void {
    if (ms === Number.POSITIVE_INFINITY) return
    const { clock, target } = this.#options
    const give = (): void => {
      this.timeout = timedOut(target, what, ms, retryable)
      this.#abort.abort()
    }
    this.#cancels.set(what, clock.setTimer(Math.max(0, ms), give))
  }

  #over(what: string): void {
    this.#cancels.get(what)?.()
    this.#cancels.delete(what)
  }
}

/** The error of a time that is over. */
export const timedOut = (target: string, what: string, ms: number, retryable?: boolean): WippyError =>
  new WippyError('ACTIVITY_TIMEOUT', Kind.Timeout, `"${target}": ${what}_timeout of ${Math.round(ms)} ms is over`, {
    retryable,
    details: { timeout_type: what },
  })
