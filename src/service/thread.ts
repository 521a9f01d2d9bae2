// Threads for work on what processes give: none of it, however long, is done on the node's own, and what takes long for one holds up no other.
//
//   T1 They begin with the first job, and end when there was none for IDLE_MS; idle ones hold up nobody's exit.
//   T2 Who asks for much waits for itself: those who ask are served in turn. At most `waiting` jobs wait; more are refused.
//   T3 There are two lanes, each does one job after another. A job begins in the quick one; what is not done after QUICK_MS goes on in the slow one,
//      or, when that is at work, begins there anew in its turn. Who was slow begins there until it was not. So one input holds up others for
//      QUICK_MS at most, unless they are slow as well.
//   T4 A job that takes longer than `patienceMs`, or more memory than a thread has, ends its thread and is refused; those behind it are done by
//      the next one. Jobs have no effects: one may be begun twice.

import { Worker } from 'node:worker_threads'
import { Kind, type Where, WippyError } from '../error.ts'
import { FairQueue } from './fair-queue.ts'

const IDLE_MS = 10_000
const QUICK_MS = 250
const MOST_SLOW = 1000 // of those who are known to be
const HEAP_MIB = 128

/** What a program in a thread says (see thread-program.ts): null when it is ready, then an answer to each job. */
export type ThreadWord<Result> = null | ThreadAnswer<Result>
export type ThreadAnswer<Result> =
  | { readonly result: Result }
  | {
      readonly fault: {
        readonly code: string
        readonly kind: Kind
        readonly message: string
        readonly hint?: string
        readonly where?: Where
        readonly frame?: string
        readonly retryable?: boolean
        readonly details?: Readonly<Record<string, unknown>>
      }
    }

export type ThreadOptions = {
  readonly program: URL
  readonly patienceMs: number
  readonly waiting: number
  /** Why a job is refused that took too long, or too much. */
  readonly tooMuch: () => WippyError
}

/** The file of a program that lies beside the module at `base`, in the sources as in what is built of them. */
export const programBeside = (base: string, name: string): URL => new URL(`./${name}${base.endsWith('.ts') ? '.ts' : '.js'}`, base)

type Job<Ask, Result> = {
  readonly by: string
  readonly ask: Ask
  readonly resolve: (result: Result) => void
  readonly reject: (error: WippyError) => void
}

/** One thread. */
class Hand<Ask, Result> {
  readonly #worker: Worker
  readonly #ready: Promise<void>
  #answered: (answer: ThreadAnswer<Result>) => void = () => {}
  #failed: () => void = () => {}
  isGone = false

  constructor(program: URL) {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#ready = promise
    this.#worker = new Worker(program, { env: {}, resourceLimits: { maxOldGenerationSizeMb: HEAP_MIB } })
    this.#worker.on('message', (word: ThreadWord<Result>) => (word === null ? resolve() : this.#answered(word)))
    this.#worker.on('error', () => {
      this.isGone = true
      this.#failed()
    })
  }

  /** Calls `begun` when it is at it; rejects when that ends the thread. */
  do(ask: Ask, begun: () => void): Promise<ThreadAnswer<Result>> {
    this.#worker.ref() // somebody waits
    this.#worker.postMessage(ask)
    void this.#ready.then(begun)
    return new Promise<ThreadAnswer<Result>>((resolve, reject) => {
      this.#answered = resolve
      this.#failed = reject
    }).finally(() => this.#worker.unref())
  }

  end(): void {
    void this.#worker.terminate()
  }
}

type Lane = 'quick' | 'slow'

/** A job that a thread is at. */
type Running<Ask, Result> = {
  readonly job: Job<Ask, Result>
  readonly hand: Hand<Ask, Result>
  begunMs: number
  /** Until it has to leave its lane. */
  timer: NodeJS.Timeout | null
  isOver: boolean
}

export class Thread<Ask, Result> {
  readonly #options: ThreadOptions
  readonly #waiting = { quick: new FairQueue<Job<Ask, Result>>(), slow: new FairQueue<Job<Ask, Result>>() }
  readonly #running: Record<Lane, Running<Ask, Result> | null> = { quick: null, slow: null }
  readonly #slow = new Set<string>() // who was, the latest last
  #idle: Hand<Ask, Result>[] = []
  #idleTimer: NodeJS.Timeout | null = null

  constructor(options: ThreadOptions) {
    this.#options = options
  }

  /** Has a job done for `by`. Rejects with what its program threw, `tooMuch`, or THREAD_FULL. */
  do(ask: Ask, by = ''): Promise<Result> {
    const { quick, slow } = this.#waiting
    const count = quick.size + slow.size
    if (count >= this.#options.waiting) {
      const hint = 'Ask again later.'
      return Promise.reject(new WippyError('THREAD_FULL', Kind.RateLimited, `${count} such jobs wait already`, { retryable: true, hint }))
    }
    return new Promise((resolve, reject) => {
      this.#waiting[this.#slow.has(by) ? 'slow' : 'quick'].add(by, { by, ask, resolve, reject })
      this.#next()
    })
  }

  #next(): void {
    clearTimeout(this.#idleTimer ?? undefined)
    for (const lane of ['quick', 'slow'] as const) {
      const job = this.#running[lane] === null ? this.#waiting[lane].take()?.item : undefined
      if (job) this.#begin(lane, job)
    }
    if (this.#idle.length > 0) this.#idleTimer = setTimeout(() => this.#rest(), IDLE_MS).unref()
  }

  #begin(lane: Lane, job: Job<Ask, Result>): void {
    this.#idle = this.#idle.filter(({ isGone }) => !isGone)
    const hand = this.#idle.pop() ?? new Hand<Ask, Result>(this.#options.program)
    const running: Running<Ask, Result> = { job, hand, begunMs: 0, timer: null, isOver: false }
    this.#running[lane] = running
    const { patienceMs } = this.#options
    const isQuick = lane === 'quick' && QUICK_MS < patienceMs
    const late = isQuick ? () => this.#demote(running) : () => this.#fail(running)
    const begun = (): void => {
      running.begunMs = performance.now()
      this.#within(running, isQuick ? QUICK_MS : patienceMs, late)
    }
    hand.do(job.ask, begun).then(
      (answer) => this.#finish(running, answer),
      () => this.#fail(running),
    )
  }

  #within(running: Running<Ask, Result>, ms: number, late: () => void): void {
    if (!running.isOver) running.timer = setTimeout(late, ms).unref()
  }

  #finish(running: Running<Ask, Result>, answer: ThreadAnswer<Result>): void {
    if (running.isOver) return
    const { by, resolve, reject } = running.job
    this.#idle.push(running.hand)
    this.#leave(running)
    if (performance.now() - running.begunMs < QUICK_MS) this.#slow.delete(by)
    if ('fault' in answer) {
      const { code, kind, message, ...fields } = answer.fault
      reject(new WippyError(code, kind, message, fields))
    } else resolve(answer.result)
    this.#next()
  }

  #fail(running: Running<Ask, Result>): void {
    if (running.isOver) return
    running.hand.end()
    this.#leave(running)
    running.job.reject(this.#options.tooMuch())
    this.#next()
  }

  /** It is slow. */
  #demote(running: Running<Ask, Result>): void {
    const { job, hand } = running
    this.#note(job.by)
    if (this.#running.slow === null && this.#waiting.slow.size === 0) {
      this.#running.quick = null
      this.#running.slow = running
      this.#within(running, this.#options.patienceMs - QUICK_MS, () => this.#fail(running))
    } else {
      hand.end()
      this.#leave(running)
      this.#waiting.slow.add(job.by, job)
    }
    this.#next()
  }

  /** Nothing becomes of it any more. */
  #leave(running: Running<Ask, Result>): void {
    running.isOver = true
    clearTimeout(running.timer ?? undefined)
    this.#running[this.#running.quick === running ? 'quick' : 'slow'] = null
  }

  #note(by: string): void {
    if (by === '') return
    this.#slow.delete(by)
    this.#slow.add(by)
    if (this.#slow.size > MOST_SLOW) this.#slow.delete(this.#slow.values().next().value!)
  }

  #rest(): void {
    for (const hand of this.#idle) hand.end()
    this.#idle = []
    if (this.#running.quick === null && this.#running.slow === null) this.#slow.clear()
  }
}
