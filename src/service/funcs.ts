// The host half of `funcs`: a call is a process of its own that runs the function and ends.
//
//   F1 No state survives a call: each one starts from the entry's image.
//   F2 A pool bounds how many calls of a function run at once, and how many wait; beyond that a call is refused.
//   F3 When a caller ends or cancels a call, the call ends too: while it runs, while it waits for a place, and between two attempts.
//   F4 Each attempt runs the code the function has when the attempt begins. What a workflow calls is tried again by activities.ts.

import type { Clock } from '../clock.ts'
import { Kind, WippyError } from '../error.ts'
import { whenGone } from '../gone.ts'
import type { Process } from '../kernel/process.ts'
import type { Scheduler } from '../kernel/scheduler.ts'
import { split } from '../msgpack.ts'
import { type Entry, isFields, resolveId, whereOf } from '../registry/entry.ts'
import type { Registry } from '../registry/registry.ts'
import type { Reply } from '../request.ts'
import { poolOf } from './call-pool.ts'
import type { Callees } from './callees.ts'
import type { Credentials } from './credentials.ts'
import { Flight } from './flight.ts'
import type { Launcher } from './launcher.ts'
import { replyOf } from './outcome.ts'
import { mayRetry, retryDelay, retryOf } from './retry.ts'
import type { Call, Caller, Context, Service } from './service.ts'
import { contextOf } from './spawn-options.ts'

const canceled = (): Reply => ({ ok: false, error: new WippyError('CALL_CANCELED', Kind.Canceled, 'call canceled', { retryable: false }) })

/** What a call for a durable process sees beside what it inherits: the key by which its effects can be told from repetitions. */
const keyed = (context: Context, key: string | null): Context =>
  key === null ? context : { ...context, values: { ...context.values, idempotency_key: key } }

/** The host on which a process entry answers calls. */
const hostOf = (entry: Entry): string | null => {
  if (entry.kind !== 'process.lua') return null
  const { default_host: host, options } = entry.meta
  const chosen = host ?? (isFields(options) ? options.default_host : undefined)
  return typeof chosen === 'string' ? resolveId(chosen, entry.ns) : null
}

export type FuncsOptions = {
  readonly scheduler: Scheduler
  readonly launcher: Launcher
  readonly registry: Registry
  readonly callees: Callees
  readonly clock: Clock
  readonly credentials: Credentials
  /** From 0 to 1. */
  readonly random: () => number
}

export const funcsService = ({ scheduler, launcher, registry, callees, clock, credentials, random }: FuncsOptions): Service => {
  const flights = new WeakMap<Caller, Map<number, Flight>>() // by the tag of the ask

  const entryOf = (id: string): Entry => {
    const entry = registry.get(id)
    if (!entry) throw new WippyError('FUNCTION_NOT_FOUND', Kind.NotFound, `function "${id}" not found`, { retryable: false })
    if (entry.kind === 'function.lua' || hostOf(entry) !== null || callees.for(entry.kind)) return entry
    throw new WippyError('ENTRY_NO_FUNCTION', Kind.Invalid, `"${id}" is a ${entry.kind} and cannot be called`, {
      where: whereOf(entry),
      retryable: false,
    })
  }

  const start = ({ caller, target, key }: Call, args: Uint8Array, options: unknown): Process => {
    const entry = entryOf(target)
    const host = hostOf(entry)
    const launch = { args, context: keyed(contextOf(caller, options, credentials), key), parent: caller.pid }
    return host === null ? launcher.call(entry, launch) : launcher.spawn({ ...launch, entry: entry.id, host })
  }

  /** One attempt. */
  const once = async (flight: Flight, call: Call, args: Uint8Array, options: unknown): Promise<Reply> => {
    let reply: Reply | null = null
    const entry = entryOf(call.target)
    const callee = callees.for(entry.kind)
    await flight.wait((done) => {
      if (callee) {
        call.attempt?.started(null)
        const gone = new AbortController()
        void callee(entry, args, { by: call.caller.pid, gone: gone.signal }).then((answer) => {
          reply = answer
          done()
        })
        return () => gone.abort()
      }
      const { pid } = start(call, args, options)
      call.attempt?.started(pid)
      scheduler.onExit(pid, (exit) => {
        reply = replyOf(exit)
        done()
      })
      return () => {
        if (scheduler.processes.find(pid)) scheduler.terminate(pid)
      }
    })
    return reply === null || flight.isStopped ? canceled() : reply
  }

  const fly = async (flight: Flight, call: Call, args: Uint8Array, options: unknown): Promise<Reply> => {
    const entry = entryOf(call.target)
    const pool = poolOf(entry)
    const retry = call.attempt === null ? retryOf(entry, options) : null
    const isIn = pool.enter() || (await flight.wait((entered) => pool.wait(entered)))
    if (!isIn) return canceled()
    try {
      for (let attempt = 1; ; attempt++) {
        const reply = await once(flight, call, args, options)
        if (reply.ok || flight.isStopped || retry === null || !mayRetry(retry, attempt, reply.error)) return reply
        await flight.wait((over) => clock.setTimer(retryDelay(retry, attempt, random()), over))
      }
    } finally {
      pool.leave()
    }
  }

  const call = async (call: Call): Promise<Reply> => {
    const { head, rest } = split(call.raw, 1)
    const { caller, tag } = call
    const flight = new Flight()
    const own = flights.get(caller) ?? new Map<number, Flight>()
    flights.set(caller, own)
    own.set(tag, flight)
    const forget = caller.onEnd(() => flight.stop())
    if (call.attempt) whenGone(call.attempt.signal, () => flight.stop())
    try {
      return await fly(flight, call, rest, head[0])
    } finally {
      forget()
      if (own.get(tag) === flight) own.delete(tag)
    }
  }

  return {
    name: 'funcs',
    operations: {
      'funcs.call': call,
      'funcs.cancel': ({ caller, args }) => {
        flights
          .get(caller)
          ?.get(args[0] as number)
          ?.stop()
        return []
      },
    },
  }
}
