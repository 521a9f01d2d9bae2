// What strangers wrote is compiled in programs of their own: nobody knows before how long that takes, and how much memory.
//
//   K1 Each does one job after another, and AT_ONCE work side by side. They end when there was no job for IDLE_MS, and with this program.
//   K2 A job that takes too long, or needs more memory than there is, ends its program, and is refused. Before that, after SLOW_MS, it is not counted
//      any more, so that others are done meanwhile; but there are never more than MOST.
//   K3 At most WAITING jobs wait; more are refused.

import { type ChildProcess, fork } from 'node:child_process'
import { getCompileCacheDir } from 'node:module'
import { Kind, WippyError } from '../error.ts'
import type { Compiled } from './component.ts'

/** A component to be compiled, or a module, as bytes or as text, to be made a component that exports what `wit` says. */
export type CompileJob =
  | { readonly make: 'compiled'; readonly component: Uint8Array }
  | { readonly make: 'component'; readonly module: Uint8Array | string; readonly wit: string }

/** What the program answers: what it made, or what was wrong. Before that it says null: it is ready. */
export type CompileAnswer = { readonly made: Compiled | Uint8Array } | { readonly error: Told }
type Told = { readonly code: string; readonly kind: Kind; readonly message: string; readonly hint?: string }

type Waiting = { readonly job: CompileJob; readonly resolve: (made: unknown) => void; readonly reject: (error: WippyError) => void }

export type CompilerOptions = {
  /** Of one job. */
  readonly patienceMs?: number
  /** After which one is slow. */
  readonly slowMs?: number
  /** What compiles: compiler-program.ts when not given. */
  readonly program?: URL
}

const PATIENCE_MS = 60_000
const SLOW_MS = 5_000
const IDLE_MS = 5_000
const AT_ONCE = 2
const MOST = 4
const WAITING = 1000
const STARTING_MS = 60_000 // of a program, on a machine that has much to do
const HEAP_MIB = 1024
const PAGES = 16_384 // of 64 KiB, for the compiler's own memory
const PROGRAM = new URL(import.meta.url.endsWith('.ts') ? './compiler-program.ts' : './compiler-program.js', import.meta.url)

const tooLarge = (why: string): WippyError =>
  new WippyError('PLUGIN_TOO_LARGE', Kind.Invalid, `the component cannot be compiled: ${why}`, {
    retryable: false,
    hint: 'Build it without what it does not need.',
  })

const busy = (): WippyError =>
  new WippyError('PLUGIN_BUSY', Kind.RateLimited, `${WAITING} components wait to be compiled already`, { retryable: true })

/** Nothing of this program's environment, but what Windows starts no program without, and where code is kept that was compiled before. */
const surroundings = (): Record<string, string> => {
  const { SystemRoot } = process.env
  const cache = getCompileCacheDir()
  return { ...(SystemRoot !== undefined && { SystemRoot }), ...(cache !== undefined && { NODE_COMPILE_CACHE: cache }) }
}

/** What became of a job, and whether its program can do another one. */
type Outcome = { readonly answer: CompileAnswer | { readonly refused: WippyError }; readonly isAlive: boolean }

/** A program that compiles. */
class Program {
  readonly #child: ChildProcess
  readonly #ready: Promise<void>
  #done: (outcome: Outcome) => void = () => {}
  isGone = false

  constructor(file: URL) {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#ready = promise
    const child = fork(file, {
      execArgv: [`--max-old-space-size=${HEAP_MIB}`, `--wasm-max-mem-pages=${PAGES}`],
      env: surroundings(),
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    })
    child.on('message', (answer: CompileAnswer | null) => (answer === null ? resolve() : this.#done({ answer, isAlive: true })))
    child.on('error', ({ message }) => this.#gone(message))
    child.on('exit', () => this.#gone('the compiler ended'))
    this.#child = child
    this.#holdsUp(false)
  }

  /** Whether this program waits for it before it ends. */
  #holdsUp(does: boolean): void {
    const { channel } = this.#child
    if (does) channel?.ref()
    else channel?.unref()
    if (does) this.#child.ref()
    else this.#child.unref()
  }

  /** Never rejects. */
  do(job: CompileJob, patienceMs: number): Promise<Outcome> {
    return new Promise((resolve) => {
      const end = (): void => this.#gone(`that takes longer than ${patienceMs / 1000} s`)
      let late = setTimeout(end, STARTING_MS + patienceMs)
      let isOver = false
      this.#done = (outcome) => {
        isOver = true
        clearTimeout(late)
        this.#holdsUp(false)
        resolve(outcome)
      }
      void this.#ready.then(() => {
        if (isOver) return
        clearTimeout(late)
        late = setTimeout(end, patienceMs)
      })
      this.#holdsUp(true)
      this.#child.send(job)
    })
  }

  end(): void {
    this.isGone = true
    this.#child.kill('SIGKILL')
  }

  #gone(why: string): void {
    this.isGone = true
    this.#done({ answer: { refused: tooLarge(why) }, isAlive: false })
  }
}

export class Compiler {
  readonly #patienceMs: number
  readonly #slowMs: number
  readonly #file: URL
  readonly #waiting: Waiting[] = []
  #idle: Program[] = []
  #working = 0
  #slow = 0 // of those that work
  #timer: NodeJS.Timeout | null = null

  constructor({ patienceMs = PATIENCE_MS, slowMs = SLOW_MS, program = PROGRAM }: CompilerOptions = {}) {
    this.#patienceMs = patienceMs
    this.#slowMs = slowMs
    this.#file = program
  }

  /** Throws as `compileComponent`, PLUGIN_TOO_LARGE and PLUGIN_BUSY. */
  compile(component: Uint8Array): Promise<Compiled> {
    return this.#do({ make: 'compiled', component }) as Promise<Compiled>
  }

  /** A module as a component. Throws PLUGIN_MALFORMED, PLUGIN_TOO_LARGE, PLUGIN_BUSY. */
  wrap(module: Uint8Array | string, wit: string): Promise<Uint8Array> {
    return this.#do({ make: 'component', module, wit }) as Promise<Uint8Array>
  }

  #do(job: CompileJob): Promise<unknown> {
    if (this.#waiting.length >= WAITING) return Promise.reject(busy())
    return new Promise((resolve, reject) => {
      this.#waiting.push({ job, resolve, reject })
      this.#next()
    })
  }

  #next(): void {
    clearTimeout(this.#timer ?? undefined)
    while (this.#waiting.length > 0 && this.#working < MOST && this.#working - this.#slow < AT_ONCE) void this.#work(this.#waiting.shift()!)
    if (this.#idle.length > 0) this.#timer = setTimeout(() => this.#rest(), IDLE_MS).unref()
  }

  async #work({ job, resolve, reject }: Waiting): Promise<void> {
    this.#idle = this.#idle.filter(({ isGone }) => !isGone)
    const program = this.#idle.pop() ?? new Program(this.#file)
    let isSlow = false
    const slow = setTimeout(() => {
      isSlow = true
      this.#slow++
      this.#next()
    }, this.#slowMs)
    this.#working++
    const { answer, isAlive } = await program.do(job, this.#patienceMs)
    clearTimeout(slow)
    this.#working--
    if (isSlow) this.#slow--
    if (isAlive) this.#idle.push(program)
    else program.end()
    if ('made' in answer) resolve(answer.made)
    else reject('refused' in answer ? answer.refused : toldBy(answer.error))
    this.#next()
  }

  #rest(): void {
    for (const program of this.#idle) program.end()
    this.#idle = []
  }
}

const toldBy = ({ code, kind, message, hint }: Told): WippyError =>
  new WippyError(code, kind, message, { retryable: false, ...(hint !== undefined && { hint }) })
