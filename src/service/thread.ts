// A thread for work on what processes give: none of it, however long, is done on the node's own.
//
//   T1 It begins with the first job, does one after another, and ends when there was none for IDLE_MS; it holds up nobody's exit.
//   T2 Who asks for much waits for itself: those who ask are served in turn. At most `waiting` jobs wait; more are refused.
//   T3 A job that takes longer than `patienceMs`, or more memory than the thread has, ends the thread and is refused; those behind it are
//      done by the next one.

import { Worker } from 'node:worker_threads'
import { Kind, type Where, WippyError } from '../error.ts'

const IDLE_MS = 10_000
const HEAP_MIB = 128

/** What a program in a thread answers (see thread-program.ts). */
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
      }
    }

export type ThreadOptions = {
  readonly program: URL
  readonly patienceMs: number
  readonly waiting: number
  /** Why a job is refused that took too long, or too much. */
  readonly tooMuch: () => WippyError
}

type Job<Ask, Result> = { readonly ask: Ask; readonly resolve: (result: Result) => void; readonly reject: (error: WippyError) => void }

/** The file of a program that lies beside the module at `base`, in the sources as in what is built of them. */
export const programBeside = (base: string, name: string): URL => new URL(`./${name}${base.endsWith('.ts') ? '.ts' : '.js'}`, base)

export class Thread<Ask, Result> {
  readonly #options: ThreadOptions
  /** By who asked; the first of the first is next. */
  readonly #waiting = new Map<string, Job<Ask, Result>[]>()
  #count = 0
  #current: Job<Ask, Result> | null = null
  #worker: Worker | null = null
  /** Until a job is done, or there has been none for long enough. */
  #timer: NodeJS.Timeout | null = null

  constructor(options: ThreadOptions) {
    this.#options = options
  }

  /** Has a job done for `by`. Rejects with what its program threw, `tooMuch`, or THREAD_FULL. */
  do(ask: Ask, by = ''): Promise<Result> {
    if (this.#count >= this.#options.waiting) {
      const hint = 'Ask again later.'
      return Promise.reject(
        new WippyError('THREAD_FULL', Kind.RateLimited, `${this.#count} such jobs wait already`, { retryable: true, hint }),
      )
    }
    return new Promise((resolve, reject) => {
      const jobs = this.#waiting.get(by) ?? []
      jobs.push({ ask, resolve, reject })
      this.#waiting.set(by, jobs)
      this.#count++
      if (this.#current === null) this.#next()
    })
  }

  #take(): Job<Ask, Result> | null {
    const [first] = this.#waiting
    if (first === undefined) return null
    const [by, jobs] = first
    this.#waiting.delete(by)
    const job = jobs.shift()!
    if (jobs.length > 0) this.#waiting.set(by, jobs)
    this.#count--
    return job
  }

  #next(): void {
    const { patienceMs, tooMuch } = this.#options
    this.#current = this.#take()
    const isIdle = this.#current === null
    clearTimeout(this.#timer ?? undefined)
    this.#timer = setTimeout(() => (isIdle ? this.#end() : this.#fail(tooMuch())), isIdle ? IDLE_MS : patienceMs).unref()
    if (this.#current === null) return
    this.#worker ??= this.#start()
    this.#worker.postMessage(this.#current.ask)
  }

  #start(): Worker {
    const worker = new Worker(this.#options.program, { env: {}, resourceLimits: { maxOldGenerationSizeMb: HEAP_MIB } })
    worker.unref()
    worker.on('message', (answer: ThreadAnswer<Result>) => {
      if (this.#worker !== worker) return
      if ('fault' in answer) {
        const { code, kind, message, ...fields } = answer.fault
        this.#current?.reject(new WippyError(code, kind, message, fields))
      } else this.#current?.resolve(answer.result)
      this.#next()
    })
    worker.on('error', () => {
      if (this.#worker === worker) this.#fail(this.#options.tooMuch())
    })
    return worker
  }

  #fail(error: WippyError): void {
    this.#end()
    this.#current?.reject(error)
    this.#next()
  }

  #end(): void {
    void this.#worker?.terminate()
    this.#worker = null
  }
}
