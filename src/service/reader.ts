// Code that strangers send is read in a thread of its own: to erase the types of a long text takes longer than others should wait.
//
//   R1 What is short is read here: it is done before a thread had heard of it.
//   R2 One thread, begun with the first long text, one text after another; it ends when there was none for IDLE_MS, and holds up nobody.
//   R3 A text that takes longer than PATIENCE_MS ends the thread, and is refused; those behind it are read by the next one.

import { Worker } from 'node:worker_threads'
import { Kind, type Where, WippyError } from '../error.ts'
import { compile } from '../lua/compile.ts'
import { type Require, requires } from '../lua/requires.ts'
import { returnedNames } from '../lua/returned.ts'

/** Plain Lua, what it requires by name, and the names of what it returns (see `returnedNames`). */
export type Read = { readonly code: string; readonly requires: readonly Require[]; readonly returned: readonly string[] | null }

/** What a thread answers: what it read, or what was wrong. */
export type ReadAnswer =
  | Read
  | {
      readonly error: {
        readonly code: string
        readonly kind: Kind
        readonly message: string
        readonly hint?: string
        readonly where?: Where
        readonly frame?: string
      }
    }

export type ReadAsk = { readonly source: string; readonly file: string }

const SHORT = 4096 // characters
const PATIENCE_MS = 10_000
const IDLE_MS = 5_000
const HEAP_MIB = 128
const PROGRAM = new URL(import.meta.url.endsWith('.ts') ? './reader-worker.ts' : './reader-worker.js', import.meta.url)

type Waiting = ReadAsk & { readonly resolve: (read: Read) => void; readonly reject: (error: WippyError) => void }

/** Reads a text at once. Throws LUA_SYNTAX and the like. */
export const readNow = ({ source, file }: ReadAsk): Read => {
  const { code, chunk } = compile(source, { file })
  return { code, requires: requires(chunk), returned: returnedNames(chunk) }
}

const tooLong = (): WippyError =>
  new WippyError('LUA_SYNTAX', Kind.Invalid, `the code could not be read within ${PATIENCE_MS / 1000} s`, { retryable: false })

export class Reader {
  readonly #waiting: Waiting[] = []
  #worker: Worker | null = null
  /** Until a text has been read, or there has been none for long enough. */
  #timer: NodeJS.Timeout | null = null

  /** Throws LUA_SYNTAX and the like, with the place. */
  async read(ask: ReadAsk): Promise<Read> {
    if (ask.source.length <= SHORT) return readNow(ask)
    return await new Promise((resolve, reject) => {
      this.#waiting.push({ ...ask, resolve, reject })
      if (this.#waiting.length === 1) this.#next()
    })
  }

  #next(): void {
    const [first] = this.#waiting
    clearTimeout(this.#timer ?? undefined)
    this.#timer = setTimeout(() => (first ? this.#fail(tooLong()) : this.#end()), first ? PATIENCE_MS : IDLE_MS).unref()
    if (!first) return
    this.#worker ??= this.#start()
    this.#worker.postMessage({ source: first.source, file: first.file } satisfies ReadAsk)
  }

  #start(): Worker {
    const worker = new Worker(PROGRAM, { env: {}, resourceLimits: { maxOldGenerationSizeMb: HEAP_MIB } })
    worker.unref()
    worker.on('message', (answer: ReadAnswer) => {
      if (this.#worker !== worker) return
      const first = this.#waiting.shift()
      if ('error' in answer) {
        const { code, kind, message, ...fields } = answer.error
        first?.reject(new WippyError(code, kind, message, fields))
      } else first?.resolve(answer)
      this.#next()
    })
    worker.on('error', () => {
      if (this.#worker === worker) this.#fail(tooLong())
    })
    return worker
  }

  #fail(error: WippyError): void {
    this.#end()
    this.#waiting.shift()?.reject(error)
    this.#next()
  }

  #end(): void {
    void this.#worker?.terminate()
    this.#worker = null
  }
}
