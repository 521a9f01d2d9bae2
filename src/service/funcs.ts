// The host half of `funcs`: a call is a process of its own that runs the function and ends.
//
//   F1. No state survives a call: each one starts from the entry's image.
//   F2. A pool bounds how many calls of a function run at once, and how many wait; beyond that a call is refused.
//   F3. When a caller ends, so do the calls it waits for.

import { Kind, WippyError } from '../error.ts'
import type { Clock } from '../clock.ts'
import type { Scheduler } from '../kernel/scheduler.ts'
import { split } from '../msgpack.ts'
import { type Entry, fieldsOf, isFields, whereOf } from '../registry/entry.ts'
import type { Registry } from '../registry/registry.ts'
import type { Reply } from '../request.ts'
import type { Launcher } from './launcher.ts'
import { finished } from './process.ts'
import type { Call, Caller, Service } from './service.ts'
import { contextOf, millisecondsOf } from './spawn-options.ts'

const RUNNING = 1000 // calls of one function at once, unless its pool says otherwise
const WAITING = 10_000

/** The calls of one function: how many run, and who waits for a place. */
class Pool {
  readonly #limit: number
  readonly #waiting: (() => void)[] = []
  #running = 0

  constructor(entry: Entry) {
    const { pool } = fieldsOf(entry)
    const wanted = isFields(pool) ? (pool.max_size ?? pool.workers ?? pool.size) : undefined
    this.#limit = typeof wanted === 'number' && wanted > 0 ? wanted : RUNNING
  }

  /** Resolves when there is a place, at once if possible. Throws FUNCTION_BUSY. */
  enter(id: string): void | Promise<void> {
    if (this.#running < this.#limit) {
      this.#running++
      return
    }
    if (this.#waiting.length >= WAITING) {
      throw new WippyError('FUNCTION_BUSY', Kind.RateLimited, `${this.#running} calls of "${id}" run and ${WAITING} wait`, { retryable: true })
    }
    return new Promise((resolve) => void this.#waiting.push(resolve))
  }

  leave(): void {
    const next = this.#waiting.shift()
    if (next) next()
    else this.#running--
  }
}

type Retry = {
  readonly attempts: number
  readonly initialMs: number
  readonly maxMs: number
  readonly factor: number
  readonly jitter: number
  readonly only: readonly unknown[]
  readonly never: readonly unknown[]
}

const retryOf = (entry: Entry, options: unknown): Retry | null => {
  const own = isFields(options) && isFields(options.options) ? options.options.retry : undefined
  const declared = isFields(entry.meta.options) ? entry.meta.options.retry : undefined
  const retry = own ?? declared
  if (!isFields(retry)) return null
  const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
  return {
    attempts: typeof retry.max_attempts === 'number' ? retry.max_attempts : 1,
    initialMs: millisecondsOf(retry.initial_delay, 100),
    maxMs: millisecondsOf(retry.max_delay, 10_000),
    factor: typeof retry.backoff_factor === 'number' ? retry.backoff_factor : 2,
    jitter: typeof retry.jitter === 'number' ? retry.jitter : 0.1,
    only: list(retry.retry_kinds),
    never: list(retry.skip_kinds),
  }
}

const mayRetry = (retry: Retry, error: WippyError): boolean =>
  error.retryable !== false &&
  error.kind !== Kind.Canceled &&
  error.kind !== Kind.Timeout &&
  !retry.never.includes(error.kind) &&
  (retry.only.length === 0 || retry.only.includes(error.kind))

export const funcsService = (scheduler: Scheduler, launcher: Launcher, registry: Registry, clock: Clock): Service => {
  const pools = new WeakMap<Entry, Pool>()
  const running = new WeakMap<Caller, Map<number, () => void>>() // what `funcs.cancel` ends, by tag

  const poolOf = (entry: Entry): Pool => {
    let pool = pools.get(entry)
    if (pool === undefined) {
      pool = new Pool(entry)
      pools.set(entry, pool)
    }
    return pool
  }

  const entryOf = (id: string): Entry => {
    const entry = registry.get(id)
    if (!entry) throw new WippyError('FUNCTION_NOT_FOUND', Kind.NotFound, `function "${id}" not found`, { retryable: false })
    if (entry.kind === 'function.lua' || hostOf(entry) !== null) return entry
    throw new WippyError('ENTRY_NO_FUNCTION', Kind.Invalid, `"${id}" is a ${entry.kind} and cannot be called`, {
      where: whereOf(entry),
      retryable: false,
    })
  }

  /** The host on which a process entry answers calls. */
  const hostOf = (entry: Entry): string | null => {
    if (entry.kind !== 'process.lua') return null
    const { default_host: host, options } = entry.meta
    const chosen = host ?? (isFields(options) ? options.default_host : undefined)
    return typeof chosen === 'string' ? chosen : null
  }

  const once = (call: Call, entry: Entry, args: Uint8Array, options: unknown): Promise<Reply> => {
    const { caller } = call
    const context = contextOf(caller.context, options)
    const host = hostOf(entry)
    const process = host === null ? launcher.call(entry, { args, context, parent: caller.pid }) : launcher.spawn({ entry: entry.id, host, args, context, parent: caller.pid })
    const calls = running.get(caller) ?? new Map<number, () => void>()
    running.set(caller, calls)
    calls.set(call.tag, () => {
      if (scheduler.processes.find(process.pid)) scheduler.terminate(process.pid)
    })
    const done = finished(scheduler, process, call)
    void done.then(() => calls.delete(call.tag))
    return done
  }

  const pause = (ms: number): Promise<void> => new Promise((resolve) => void clock.setTimer(ms, resolve))

  const call = async (call: Call): Promise<Reply> => {
    const { head, rest } = split(call.raw, 1)
    const [options] = head
    const entry = entryOf(call.target)
    const pool = poolOf(entry)
    const retry = retryOf(entry, options)
    await pool.enter(entry.id)
    try {
      for (let attempt = 1; ; attempt++) {
        const reply = await once(call, entry, rest, options)
        if (reply.ok || retry === null || attempt >= retry.attempts || !mayRetry(retry, reply.error)) return reply
        const delay = Math.min(retry.maxMs, retry.initialMs * retry.factor ** (attempt - 1))
        await pause(delay * (1 + retry.jitter * (2 * Math.random() - 1)))
      }
    } finally {
      pool.leave()
    }
  }

  return {
    name: 'funcs',
    operations: {
      'funcs.call': call,
      'funcs.cancel': ({ caller, args }) => {
        running.get(caller)?.get(args[0] as number)?.()
        return []
      },
    },
  }
}
