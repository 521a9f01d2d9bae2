// One program of the system that a process runs: begun, written to, read, signalled, waited for. It ends with the process that began it.

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { constants } from 'node:os'
import { PassThrough } from 'node:stream'
import { Kind, WippyError } from '../error.ts'
import { type ByteStream, readingStream } from './streams.ts'

export type CommandLine = {
  readonly words: readonly string[]
  readonly workDir: string
  readonly env: Readonly<Record<string, string>>
}

type Output = 'stdout' | 'stderr'
const OUTPUTS: readonly Output[] = ['stdout', 'stderr']

const isWindows = process.platform === 'win32'

/** The words of a command: separated by spaces, quotes keep them together. No shell reads it. */
export const wordsOf = (text: string): string[] => {
  const words: string[] = []
  let [word, quote, isWord] = ['', '', false]
  for (const letter of text) {
    if (quote === '' ? letter === '"' || letter === "'" : letter === quote) {
      quote = quote === '' ? letter : ''
      isWord = true
    } else if (quote === '' && /\s/.test(letter)) {
      if (isWord) words.push(word)
      ;[word, isWord] = ['', false]
    } else {
      word += letter
      isWord = true
    }
  }
  return isWord ? [...words, word] : words
}

const fault = (kind: Kind, message: string, cause?: unknown): WippyError =>
  new WippyError('EXEC_FAILED', kind, message, { retryable: false, cause })

export class Command {
  readonly #line: CommandLine
  /** What it writes, held here within bounds until somebody reads it: what the system holds is gone with the program. */
  readonly #pipes = { stdout: new PassThrough(), stderr: new PassThrough() }
  readonly #outputs = new Map<Output, ByteStream>()
  #child: ChildProcessWithoutNullStreams | null = null
  #ended: Promise<number> | null = null
  #isClosed = false

  constructor(line: CommandLine) {
    this.#line = line
  }

  /** Throws EXEC_FAILED when it runs already, was closed, or cannot be run. */
  async start(): Promise<void> {
    if (this.#isClosed) throw fault(Kind.Invalid, 'process is closed')
    if (this.#child !== null) throw fault(Kind.Invalid, 'process already started')
    const { words, workDir, env } = this.#line
    const [program = '', ...args] = words
    const texts = [workDir, ...words, ...Object.entries(env).flat()]
    if (texts.some((text) => text.includes('\0'))) throw fault(Kind.Invalid, 'no word, variable or directory holds a zero')
    const child = spawn(program, args, { cwd: workDir, env: { ...env }, stdio: 'pipe', detached: !isWindows, windowsHide: true })
    this.#child = child
    child.stdin.on('error', () => {}) // who writes hears of it
    for (const name of OUTPUTS) child[name].pipe(this.#pipes[name])
    this.#ended = new Promise((resolve) => {
      child.once('exit', (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)))
    })
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve)
      child.once('error', (error) => {
        this.#isClosed = true
        this.#child = null
        this.#ended = null
        for (const name of OUTPUTS) this.#pipes[name].end()
        reject(fault(Kind.Internal, `"${program}" cannot be run: ${error.message}`, error))
      })
    })
  }

  /** Its exit code; 128 and more is a signal. What it writes and nobody asked for is passed over. */
  async wait(): Promise<number> {
    this.#running()
    this.#passOver()
    const code = await this.#ended!
    this.#isClosed = true
    return code
  }

  signal(number: number): void {
    const child = this.#running()
    if (!Object.values(constants.signals).includes(number as never)) throw fault(Kind.Invalid, `there is no signal ${number}`)
    if (!this.#send(child, number)) throw fault(Kind.Invalid, 'process is not running')
  }

  /** Resolves when it is with the system. */
  write(bytes: Uint8Array): Promise<void> {
    const { stdin } = this.#running()
    return new Promise((resolve, reject) => {
      stdin.write(bytes, (error) => (error ? reject(fault(Kind.Internal, `it does not read: ${error.message}`, error)) : resolve()))
    })
  }

  /** What it writes, from its beginning; the same stream each time. */
  output(name: Output): ByteStream {
    if (this.#isClosed) throw fault(Kind.Invalid, 'process is closed')
    const pipe = this.#pipes[name]
    const known = this.#outputs.get(name) ?? readingStream(pipe as AsyncIterable<Uint8Array>, -1, () => void pipe.resume())
    this.#outputs.set(name, known)
    return known
  }

  /** Asks it to end, or ends it by force. Nothing can be done with it from then on. */
  close(force: boolean): void {
    this.#isClosed = true
    this.#passOver()
    if (this.#child === null) for (const name of OUTPUTS) this.#pipes[name].end()
    else this.#send(this.#child, force ? constants.signals.SIGKILL : constants.signals.SIGTERM)
  }

  /** Resolves when it has ended; at once when it never ran. */
  get ended(): Promise<unknown> {
    return this.#ended ?? Promise.resolve()
  }

  #passOver(): void {
    for (const name of OUTPUTS) if (!this.#outputs.has(name)) this.#pipes[name].resume()
  }

  #running(): ChildProcessWithoutNullStreams {
    if (this.#isClosed) throw fault(Kind.Invalid, 'process is closed')
    if (this.#child === null) throw fault(Kind.Invalid, 'process not started')
    return this.#child
  }

  /** To the program and those it has begun itself. */
  #send({ pid, exitCode, signalCode }: ChildProcessWithoutNullStreams, number: number): boolean {
    if (pid === undefined || exitCode !== null || signalCode !== null) return false
    try {
      return process.kill(isWindows ? pid : -pid, number)
    } catch {
      return false // it has just ended
    }
  }
}
