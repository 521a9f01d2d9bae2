// Endpoints are answered by functions: each request is a call of its own, as any call of a function is.
//
//   H1 A call has the code that its function has when the request arrives, and keeps it.
//   H2 A handler that does not begin its answer in time is ended. One whose client is gone is told so, and has as long again.
//   H3 What a handler fails with is logged, and not told to clients.

import type { Clock } from '../clock.ts'
import { Kind, WippyError } from '../error.ts'
import type { Exit } from '../kernel/exit.ts'
import type { Scheduler } from '../kernel/scheduler.ts'
import { decodeAll, encodeAll } from '../msgpack.ts'
import type { Pid } from '../pid.ts'
import type { Entry } from '../registry/entry.ts'
import type { Registry } from '../registry/registry.ts'
import { poolOf } from '../service/call-pool.ts'
import type { Launcher } from '../service/launcher.ts'
import type { Log } from '../service/logger.ts'
import { errorOf } from '../service/outcome.ts'
import type { Exchange } from './exchange.ts'

const NO_ARGUMENTS = encodeAll([])
const FILE_HEADERS = ['x-sendfile', 'x-file-path', 'x-file-name'] // the last: what it is saved as
const GONE = 'the client is gone'

export type HandlersOptions = {
  readonly clock: Clock
  readonly scheduler: Scheduler
  readonly launcher: Launcher
  readonly registry: Registry
  readonly log: Log
}

export class Handlers {
  readonly #options: HandlersOptions
  readonly #exchanges = new Map<Pid, Exchange>()

  constructor(options: HandlersOptions) {
    this.#options = options
  }

  /** The request a process answers. Throws HTTP_NONE. */
  exchangeOf(pid: Pid): Exchange {
    const exchange = this.#exchanges.get(pid)
    if (exchange) return exchange
    throw new WippyError('HTTP_NONE', Kind.Internal, 'no HTTP request context found', { retryable: false })
  }

  /** Has a request answered by a function. Resolves when that has ended. Never rejects. */
  async answer(exchange: Exchange, func: string, handlerMs: number): Promise<void> {
    const entry = this.#options.registry.get(func)
    if (!entry) return exchange.answer.refuse(503, 'there is nobody to answer this')
    const leave = await this.#enter(entry, exchange, handlerMs)
    if (leave === null) return exchange.answer.refuse(503, 'too many requests are waiting', [['Retry-After', '1']])
    try {
      const outcome = await this.#run(exchange, entry, handlerMs).finally(leave) // who takes long to read the answer holds no place
      if (outcome === 'late') exchange.answer.refuse(504, 'this takes too long')
      else if (outcome.ok) await this.#finish(exchange, outcome)
      else this.#failed(exchange, errorOf(outcome))
    } catch (error) {
      this.#failed(exchange, error as WippyError)
    }
  }

  /** A place in the function's pool; null when there is none in time, or nobody who waits for it. */
  #enter(entry: Entry, exchange: Exchange, ms: number): Promise<(() => void) | null> | (() => void) | null {
    const pool = poolOf(entry)
    const leave = (): void => pool.leave()
    if (pool.enter()) return leave
    return new Promise((resolve) => {
      const give = (): void => {
        stop()
        forget()
        resolve(null)
      }
      const forget = this.#options.clock.setTimer(ms, give)
      let stop = (): void => {}
      try {
        stop = pool.wait(() => {
          forget()
          resolve(leave)
        })
        exchange.answer.onClose(give)
      } catch {
        give()
      }
    })
  }

  /** Runs a function to its end; `late` when it had to be ended before it began an answer. */
  async #run(exchange: Exchange, entry: Entry, handlerMs: number): Promise<Exit | 'late'> {
    const { launcher, scheduler, clock } = this.#options
    const { pid } = launcher.call(entry, {
      args: NO_ARGUMENTS,
      context: exchange.trace ? { ...exchange.context, trace: exchange.trace } : exchange.context,
    })
    this.#exchanges.set(pid, exchange)
    let isLate = false
    let hasEnded = false
    const isThere = (): boolean => scheduler.processes.find(pid) !== null // its end may be on its way
    const end = (): void => {
      if (hasEnded) return
      isLate = !exchange.answer.isBegun
      if (isThere()) scheduler.terminate(pid)
    }
    let forget = clock.setTimer(handlerMs, () => {
      if (!exchange.answer.isBegun) end()
    })
    exchange.answer.onClose(() => {
      if (hasEnded) return
      forget()
      forget = clock.setTimer(handlerMs, end)
      if (isThere()) scheduler.delivery.cancel(pid, GONE)
    })
    const exit = await new Promise<Exit>((resolve) => scheduler.onExit(pid, resolve))
    hasEnded = true
    forget()
    this.#exchanges.delete(pid)
    return isLate ? 'late' : exit
  }

  async #finish(exchange: Exchange, exit: Exit): Promise<void> {
    const { answer, body, relays, handOver } = exchange
    const { draft } = answer
    if (draft && !answer.isBegun && relays) {
      for (const [name, said] of draft.headers) {
        const relay = relays.get(name.toLowerCase())
        if (relay) return relay(said)
      }
    }
    if (draft && !answer.isBegun && handOver) {
      const other = draft.headers.filter(([name]) => !FILE_HEADERS.includes(name.toLowerCase()))
      const [standard, older, name] = FILE_HEADERS.map((known) => draft.headers.find(([one]) => one.toLowerCase() === known)?.[1])
      const path = standard ?? older
      if (path !== undefined) return handOver(path, name ?? '', other)
    }
    if (!answer.isBegun && draft === null) {
      if (body.refusal) return answer.refuse(...body.refusal)
      const [value] = decodeAll(exit.payload)
      if (typeof value !== 'string') return answer.refuse(500, 'no response sent')
      answer.name('Content-Type', 'application/json')
      await answer.write(Buffer.from(value))
    }
    await answer.end()
  }

  #failed(exchange: Exchange, error: WippyError): void {
    const { answer, body } = exchange
    const fields = { error: error.text, method: exchange.method, path: exchange.path, ...(error.frame && { stack: error.frame }) }
    this.#options.log.record(answer.isGone ? 'debug' : 'error', exchange.endpoint, 'handler failed', fields)
    if (answer.isBegun) answer.cut()
    else if (body.refusal) answer.refuse(...body.refusal)
    else answer.refuse(500, 'internal error')
  }
}
