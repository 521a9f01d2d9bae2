// The kernel's side of a plugin's thread: calls wait their turn, and none waits for ever.
//
//   R1 A plugin never runs on the kernel's thread. Its thread is started with the first call.
//   R2 Calls are answered in the order they came; at most `MOST_WAITING` wait, more are refused.
//      Who no longer waits for its answer is not called for, unless its turn has come.
//   R3 A call's time begins when the thread is ready for it. One that takes longer ends the thread. Those that waited behind it run in the next one.
//   R4 Who calls pays for it: what was spent, and all that it might have spent where nobody can say, because the thread was ended.

import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads'
import type { Clock } from '../clock.ts'
import { Kind, WippyError } from '../error.ts'
import { decodeAll } from '../msgpack.ts'
import type { Pid } from '../pid.ts'
import type { Reply } from '../request.ts'
import type { Compiled } from './component.ts'
import type { Asker } from './host.ts'
import type { HostAnswer, HostAsk } from './host-ask.ts'
import type { WorkerAnswer, WorkerCall, WorkerOptions, WorkerWord } from './worker.ts'

const MOST_WAITING = 1000
const HEAP_MIB = 128
const PROGRAM = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url)

/** What those who call may spend together with others. */
export type Purse = {
  /** The fuel that is left to a process; no number: as much as it likes. */
  left(pid: Pid): number
  spend(pid: Pid, fuel: number): void
}

export type RunnerOptions = Omit<WorkerOptions, 'compiled' | 'answers' | 'bell'> & {
  readonly compiled: Compiled
  readonly id: string
  readonly timeoutMs: number
  readonly clock: Clock
  /** Takes what the plugin printed during a call. */
  readonly print: (text: string) => void
  /** Answers what it asks of the node. Never rejects. */
  readonly host: (asker: Asker, ask: HostAsk) => Promise<HostAnswer>
  readonly purse: Purse
  /** What it knew of former calls is gone. */
  readonly lost: () => void
}

/** For whom, if for anybody, and until when they wait. */
type Calling = { readonly by?: Pid | null; readonly gone?: AbortSignal }

type Waiting = Omit<WorkerCall, 'fuel'> & {
  /** What it was begun with; 0 while it waits. */
  fuel: number
  readonly by: Pid | null
  readonly gone: AbortController
  readonly resolve: (reply: Reply) => void
}

/** The way of answers to a worker that waits for them. */
class Answers {
  readonly bell = new Int32Array(new SharedArrayBuffer(4))
  readonly #port: MessagePort
  readonly port: MessagePort

  constructor() {
    const { port1, port2 } = new MessageChannel()
    port1.unref()
    this.#port = port1
    this.port = port2
  }

  give(answer: HostAnswer): void {
    this.#port.postMessage(answer)
    Atomics.store(this.bell, 0, 1)
    Atomics.notify(this.bell, 0)
  }
}

export class PluginRunner {
  readonly #options: RunnerOptions
  readonly #waiting: Waiting[] = []
  readonly #afterNext: (() => void)[] = [] // once a call is settled
  #worker: Worker | null = null
  #isReady = false
  #ids = 0
  #stopTimer: (() => void) | null = null
  #isClosed = false
  /** Fuel of all calls, and memory after the last one. */
  spent = 0
  memoryBytes = 0
  calls = 0

  constructor(options: RunnerOptions) {
    this.#options = options
  }

  get compiled(): Compiled {
    return this.#options.compiled
  }

  /** Calls an export by name for a process, or for nobody; `args` is a msgpack array. Never rejects. */
  call(name: string, args: Uint8Array, { by = null, gone: left }: Calling = {}): Promise<Reply> {
    const { id, compiled } = this.#options
    if (!compiled.signature.functions.some((fn) => fn.name === name))
      return Promise.resolve(refused('PLUGIN_NO_EXPORT', Kind.NotFound, `plugin "${id}" exports no ${name}`))
    if (this.#isClosed) return Promise.resolve(refused('PLUGIN_CLOSED', Kind.Unavailable, `plugin "${id}" has been removed`))
    if (this.#waiting.length >= MOST_WAITING)
      return Promise.resolve(refused('PLUGIN_BUSY', Kind.RateLimited, `${MOST_WAITING} calls of plugin "${id}" wait already`, true))
    return new Promise((resolve) => {
      const call: Waiting = { id: ++this.#ids, name, args: args.slice(), fuel: 0, by, gone: new AbortController(), resolve }
      left?.addEventListener('abort', () => this.#forget(call), { once: true, signal: call.gone.signal })
      this.#waiting.push(call)
      if (this.#waiting.length === 1) this.#next()
    })
  }

  /** Waits for the calls under way, then ends the thread. */
  async close(): Promise<void> {
    this.#isClosed = true
    while (this.#waiting.length > 0) await new Promise<void>((resolve) => this.#afterNext.push(resolve))
    await this.#end()
  }

  #next(): void {
    const call = this.#waiting[0]
    if (!call) return
    this.#worker ??= this.#start()
    if (!this.#isReady) return
    const { timeoutMs, clock, id, limits, purse } = this.#options
    const { id: number, name, args, by } = call
    const fuel = Math.min(limits.fuel, by === null ? limits.fuel : Math.max(0, purse.left(by)))
    call.fuel = fuel
    this.#stopTimer = clock.setTimer(timeoutMs, () => {
      void this.#end()
      this.#spent(call, fuel)
      this.#options.lost()
      this.#settle(refused('PLUGIN_TIMEOUT', Kind.Timeout, `plugin "${id}" took longer than ${timeoutMs} ms`))
    })
    this.#worker.ref()
    this.#worker.postMessage({ id: number, name, args, fuel } satisfies WorkerCall)
  }

  #start(): Worker {
    const { compiled, limits, grants, env, isFresh, tabled } = this.#options
    const { glue, modules, signature, foreign } = compiled
    const answers = new Answers()
    const { bell, port } = answers
    const parts = { compiled: { glue, modules, signature, foreign }, limits, grants, env, isFresh, tabled }
    const workerData: WorkerOptions = { ...parts, answers: port, bell }
    const resourceLimits = { maxOldGenerationSizeMb: HEAP_MIB }
    const worker = new Worker(PROGRAM, { workerData, env: {}, stdin: false, resourceLimits, transferList: [port] })
    worker.on('message', (word: WorkerWord) => {
      if (this.#worker !== worker) return
      if (word === null) {
        this.#isReady = true
        this.#next()
      } else if ('ask' in word) void this.#ask(word.ask).then((answer) => answers.give(answer))
      else this.#take(word)
    })
    worker.on('error', (cause) => {
      if (this.#worker !== worker) return
      this.#worker = null
      this.#isReady = false
      const [call] = this.#waiting
      if (call) this.#spent(call, call.fuel)
      this.#options.lost()
      const error = new WippyError('PLUGIN_CRASHED', Kind.Internal, `the thread of plugin "${this.#options.id}" ended`, { cause })
      this.#settle({ ok: false, error })
    })
    return worker
  }

  #ask(ask: HostAsk): Promise<HostAnswer> {
    const { id, grants, host } = this.#options
    const { by = null, gone } = this.#waiting[0] ?? {}
    return host({ plugin: id, rights: grants.rights, by, gone: gone?.signal ?? AbortSignal.abort() }, ask)
  }

  #take(answer: WorkerAnswer): void {
    const call = this.#waiting[0]
    if (answer.id !== call?.id) return
    this.calls++
    this.#spent(call, answer.spent)
    this.memoryBytes = answer.memoryBytes
    if (answer.printed !== '') this.#options.print(answer.printed)
    if (answer.isLost) this.#options.lost()
    this.#settle(answer.isOk ? { ok: true, values: answer.values } : { ok: false, error: errorOf(answer.values) })
  }

  #spent({ by }: Waiting, fuel: number): void {
    this.spent += fuel
    if (by !== null) this.#options.purse.spend(by, fuel)
  }

  #forget(call: Waiting): void {
    const at = this.#waiting.indexOf(call)
    if (at <= 0) return
    this.#waiting.splice(at, 1)
    call.gone.abort()
    call.resolve(refused('CALL_CANCELED', Kind.Canceled, 'call canceled'))
  }

  #settle(reply: Reply): void {
    this.#stopTimer?.()
    this.#stopTimer = null
    const call = this.#waiting.shift()
    if (this.#waiting.length === 0) this.#worker?.unref() // an idle thread holds up nobody's exit
    call?.gone.abort()
    call?.resolve(reply)
    for (const resolve of this.#afterNext.splice(0)) resolve()
    this.#next()
  }

  async #end(): Promise<void> {
    const worker = this.#worker
    this.#worker = null
    this.#isReady = false
    await worker?.terminate()
  }
}

const refused = (code: string, kind: Kind, message: string, retryable = false): Reply => ({
  ok: false,
  error: new WippyError(code, kind, message, { retryable }),
})

/** The error as the plugin's thread had it; its code does not travel inside. */
const errorOf = (values: Uint8Array): WippyError => {
  const [error, code] = decodeAll(values) as [WippyError, string]
  return new WippyError(code, error.kind, error.message, { retryable: error.retryable, details: error.details })
}
