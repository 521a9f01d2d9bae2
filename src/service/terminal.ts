// A terminal over Node streams: what a process on a terminal host reads and writes.
//
// T1 Nothing is lost between `read` and `readLine`: both take from one buffer, in the order they were asked.
// T2 Input is only taken from the stream while somebody waits for it, so a process that does not read keeps nothing alive.
// T3 At most MAX_PENDING bytes wait to be written; what is beyond is dropped, and the error output says once how much.

import type { Readable, Writable } from 'node:stream'
import { Kind, WippyError } from '../error.ts'
import type { Terminal } from './service.ts'

const MAX_LINE = 1_048_576 // bytes; a longer line is handed out in parts
const MAX_PENDING = 64 * 1_048_576 // bytes
const NEWLINE = 0x0a

/** Takes what it wants from the bytes that are there: how many to take and what to answer, or null to wait for more. */
type Wish<T> = (input: Buffer, ended: boolean) => { readonly taken: number; readonly answer: T } | null

class Input {
  readonly #streams: Streams
  readonly #waiting: (() => boolean)[] = []
  #buffer: Buffer = Buffer.alloc(0)
  #ended = false
  #listening = false

  constructor(streams: Streams) {
    this.#streams = streams
  }

  get #stream(): Readable {
    return this.#streams.stdin
  }

  /** Answers when the wish can be granted; wishes are granted in order. */
  take<T>(wish: Wish<T>): Promise<T> {
    return new Promise((resolve) => {
      this.#waiting.push(() => {
        const granted = wish(this.#buffer, this.#ended)
        if (!granted) return false
        this.#buffer = this.#buffer.subarray(granted.taken)
        resolve(granted.answer)
        return true
      })
      this.#serve()
    })
  }

  #serve(): void {
    while (this.#waiting[0]?.()) this.#waiting.shift()
    if (this.#waiting.length > 0 && !this.#ended) this.#listen()
    else if (this.#listening) this.#stream.pause()
  }

  #listen(): void {
    if (!this.#listening) {
      this.#listening = true
      this.#stream.on('data', (chunk: Buffer | string) => {
        this.#buffer = Buffer.concat([this.#buffer, typeof chunk === 'string' ? Buffer.from(chunk) : chunk])
        this.#serve()
      })
      for (const event of ['end', 'close', 'error']) this.#stream.once(event, () => this.#end())
    }
    if (this.#stream.readableEnded || this.#stream.destroyed) this.#end()
    else this.#stream.resume()
  }

  #end(): void {
    if (this.#ended) return
    this.#ended = true
    this.#serve()
  }
}

const upTo =
  (max: number): Wish<Uint8Array | null> =>
  (input, ended) => {
    if (input.length > 0) return { taken: Math.min(max, input.length), answer: Uint8Array.from(input.subarray(0, max)) }
    return ended ? { taken: 0, answer: null } : null
  }

const oneLine: Wish<string | null> = (input, ended) => {
  const at = input.indexOf(NEWLINE)
  if (at >= 0 && at <= MAX_LINE) return { taken: at + 1, answer: input.toString('utf8', 0, at).replace(/\r$/, '') }
  if (input.length >= MAX_LINE) return { taken: MAX_LINE, answer: input.toString('utf8', 0, MAX_LINE) }
  if (!ended) return null
  return { taken: input.length, answer: input.length > 0 ? input.toString('utf8') : null }
}

class Output {
  readonly #open: () => Writable
  readonly #dropped: (bytes: number) => void
  #stream: Writable | null = null
  #pending = 0
  #lost = 0

  /** `dropped` hears once how much was lost, when there is room again. */
  constructor(open: () => Writable, dropped: (bytes: number) => void) {
    this.#open = open
    this.#dropped = dropped
  }

  write(text: string | Uint8Array): void {
    const bytes = typeof text === 'string' ? Buffer.from(text) : text
    const stream = this.#opened()
    if (bytes.length === 0 || stream.destroyed) return
    if (this.#pending + bytes.length > MAX_PENDING) {
      this.#lost += bytes.length
      return
    }
    this.#pending += bytes.length
    stream.write(bytes, () => {
      this.#pending -= bytes.length
      if (this.#pending > 0 || this.#lost === 0) return
      const lost = this.#lost
      this.#lost = 0
      this.#dropped(lost)
    })
  }

  /** When everything written so far has left. */
  flush(): Promise<void> {
    const stream = this.#stream
    if (stream === null || stream.destroyed || this.#pending === 0) return Promise.resolve()
    return new Promise((resolve) => stream.write('', () => resolve()))
  }

  #opened(): Writable {
    if (this.#stream === null) {
      this.#stream = this.#open()
      this.#stream.on('error', () => {}) // a reader that went away is no reason to fall over
    }
    return this.#stream
  }
}

/** A terminal that can also wait for its output and switch line editing off. */
export type ProcessTerminal = Terminal & {
  /** When everything written so far has left. */
  flush(): Promise<void>
  /** Raw mode: keys come one by one, without echo. Counted: as many `false` as `true`. Throws IO_NO_RAW where there is no keyboard. */
  raw(on: boolean): void
}

/** Standard streams; each is looked up when it is first needed, for making one takes a program milliseconds. `process` is one. */
export type Streams = { readonly stdin: Keyboard; readonly stdout: Writable; readonly stderr: Writable }

type Keyboard = Readable & { readonly isTTY?: boolean; setRawMode?(on: boolean): unknown }

/** The terminal of a program: its standard streams and its arguments. */
export const processTerminal = (streams: Streams, args: readonly string[]): ProcessTerminal => {
  const input = new Input(streams)
  const errors = new Output(
    () => streams.stderr,
    () => {},
  )
  const output = new Output(
    () => streams.stdout,
    (bytes) => errors.write(`[${bytes} bytes of output dropped: nobody read them in time]\n`),
  )
  let raws = 0
  return {
    args,
    write: (text) => output.write(text),
    writeError: (text) => errors.write(text),
    read: (max) => input.take(upTo(max)),
    readLine: () => input.take(oneLine),
    flush: async () => {
      await Promise.all([output.flush(), errors.flush()])
    },
    raw: (on) => {
      const { stdin } = streams
      if (!stdin.isTTY || !stdin.setRawMode) {
        throw new WippyError('IO_NO_RAW', Kind.Unavailable, 'raw terminal control is not available: the input is no keyboard', {
          retryable: false,
        })
      }
      raws = Math.max(0, raws + (on ? 1 : -1))
      stdin.setRawMode(raws > 0)
    },
  }
}
