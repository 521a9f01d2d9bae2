// What strangers wrote is compiled in a program of its own: nobody knows before how long that takes, and how much memory.
//
//   K1 One program, begun with the first job, one job after another. It ends when there was none for IDLE_MS, and with this one.
//   K2 A job that takes too long, or needs more memory than there is, ends the program, and is refused; those behind it are done by the next one.

import { type ChildProcess, fork } from 'node:child_process'
import { getCompileCacheDir } from 'node:module'
import { Kind, WippyError } from '../error.ts'
import type { Compiled } from './component.ts'

/** A component to be compiled, or a module, as bytes or as text, to be made a component that exports what `wit` says. */
export type CompileJob =
  | { readonly make: 'compiled'; readonly component: Uint8Array }
  | { readonly make: 'component'; readonly module: Uint8Array | string; readonly wit: string }

/** What the program answers: what it made, or what was wrong. */
export type CompileAnswer =
  | { readonly made: Compiled | Uint8Array }
  | { readonly error: { readonly code: string; readonly kind: Kind; readonly message: string; readonly hint?: string } }

type Waiting = { readonly job: CompileJob; readonly resolve: (made: unknown) => void; readonly reject: (error: WippyError) => void }

export type CompilerOptions = {
  /** Of one job. */
  readonly patienceMs?: number
  /** What compiles: compiler-program.ts when not given. */
  readonly program?: URL
}

const PATIENCE_MS = 60_000
const IDLE_MS = 5_000
const HEAP_MIB = 1024
const PAGES = 16_384 // of 64 KiB, for the compiler's own memory
const PROGRAM = new URL(import.meta.url.endsWith('.ts') ? './compiler-program.ts' : './compiler-program.js', import.meta.url)

const tooLarge = (why: string): WippyError =>
  new WippyError('PLUGIN_TOO_LARGE', Kind.Invalid, `the component cannot be compiled: ${why}`, {
    retryable: false,
    hint: 'Build it without what it does not need.',
  })

/** Nothing of this program's environment, but what Windows starts no program without, and where code is kept that was compiled before. */
const surroundings = (): Record<string, string> => {
  const { SystemRoot } = process.env
  const cache = getCompileCacheDir()
  return { ...(SystemRoot !== undefined && { SystemRoot }), ...(cache !== undefined && { NODE_COMPILE_CACHE: cache }) }
}

export class Compiler {
  readonly #patienceMs: number
  readonly #file: URL
  readonly #waiting: Waiting[] = []
  #program: ChildProcess | null = null
  /** Until a job is done, or there has been none for long enough. */
  #timer: NodeJS.Timeout | null = null

  constructor({ patienceMs = PATIENCE_MS, program = PROGRAM }: CompilerOptions = {}) {
    this.#patienceMs = patienceMs
    this.#file = program
  }

  /** Throws as `compileComponent`, and PLUGIN_TOO_LARGE. */
  compile(component: Uint8Array): Promise<Compiled> {
    return this.#do({ make: 'compiled', component }) as Promise<Compiled>
  }

  /** A module as a component. Throws PLUGIN_MALFORMED, PLUGIN_TOO_LARGE. */
  wrap(module: Uint8Array | string, wit: string): Promise<Uint8Array> {
    return this.#do({ make: 'component', module, wit }) as Promise<Uint8Array>
  }

  #do(job: CompileJob): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ job, resolve, reject })
      if (this.#waiting.length === 1) this.#next()
    })
  }

  #next(): void {
    const [first] = this.#waiting
    clearTimeout(this.#timer ?? undefined)
    if (!first) {
      this.#timer = setTimeout(() => this.#end(), IDLE_MS).unref()
      return
    }
    this.#timer = setTimeout(() => this.#fail(tooLarge(`that takes longer than ${this.#patienceMs / 1000} s`)), this.#patienceMs)
    this.#program ??= this.#start()
    this.#program.send(first.job)
  }

  #start(): ChildProcess {
    const program = fork(this.#file, {
      execArgv: [`--max-old-space-size=${HEAP_MIB}`, `--wasm-max-mem-pages=${PAGES}`],
      env: surroundings(),
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    })
    program.unref()
    program.channel?.unref()
    program.on('message', (answer: CompileAnswer) => {
      if (this.#program !== program) return
      const first = this.#waiting.shift()
      if ('error' in answer) {
        const { code, kind, message, hint } = answer.error
        first?.reject(new WippyError(code, kind, message, { retryable: false, ...(hint !== undefined && { hint }) }))
      } else first?.resolve(answer.made)
      this.#next()
    })
    const gone = (why: string): void => {
      if (this.#program === program) this.#fail(tooLarge(why))
    }
    program.on('error', ({ message }) => gone(message))
    program.on('exit', () => gone('the compiler ended'))
    return program
  }

  #fail(error: WippyError): void {
    this.#end()
    this.#waiting.shift()?.reject(error)
    this.#next()
  }

  #end(): void {
    this.#program?.kill('SIGKILL')
    this.#program = null
  }
}
