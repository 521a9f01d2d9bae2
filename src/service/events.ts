// The event bus: whoever is interested hears what happens in a system ("users", "registry", …), in the order it was published.
//
// E1 Publishing never waits: a subscriber that is behind misses events, is told how many with the next one, and holds up nobody.
// E2 Systems of the runtime are reserved: processes hear them, only the host speaks on them.
// E3 A pattern opens no back door: a reserved system reaches a wildcard only when the subscriber may subscribe to that very system.

import { Kind, WippyError } from '../error.ts'
import type { Permit } from './permit.ts'
import type { Call, Caller, Service } from './service.ts'

export type BusEvent = { readonly system: string; readonly kind: string; readonly path: string; readonly data?: unknown }

/** Systems only the host publishes on. */
export const reservedSystems: ReadonlySet<string> = new Set([
  'registry',
  'process',
  'supervisor',
  'env',
  'logs',
  'pg',
  'security',
  'system',
  'workflow',
  'cluster',
  'node',
])

const MAX_SUBSCRIPTIONS = 256 // of one process
const MAX_NAME = 1024 // characters of a system, kind or path

/** "" and "*" match all, a trailing "*" what begins so, anything else itself. */
export const matchesPattern = (pattern: string, text: string): boolean => {
  if (pattern === '') return true
  return pattern.endsWith('*') ? text.startsWith(pattern.slice(0, -1)) : pattern === text
}

type Listener = { readonly system: string; readonly kind: string; readonly hear: (event: BusEvent) => void }

export class EventBus {
  readonly #listeners = new Set<Listener>()
  readonly #report: (error: unknown) => void

  /** `report` hears what listeners throw. */
  constructor(report: (error: unknown) => void = () => {}) {
    this.#report = report
  }

  /** Calls `hear` for every event that matches both patterns. The returned function ends it. */
  subscribe(system: string, kind: string, hear: (event: BusEvent) => void): () => void {
    const listener = { system, kind, hear }
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Tells everybody who is subscribed now. */
  publish(system: string, kind: string, path: string, data?: unknown): void {
    const event: BusEvent = { system, kind, path, data }
    for (const listener of this.#listeners) {
      if (!matchesPattern(listener.system, system) || !matchesPattern(listener.kind, kind)) continue
      try {
        listener.hear(event)
      } catch (error) {
        this.#report(error)
      }
    }
  }
}

/** Sends events of a bus to one process, counting what its mailbox does not take. */
const forward = (caller: Caller, tag: number, allowed: (system: string) => boolean): ((event: BusEvent) => void) => {
  let missed = 0
  return ({ system, kind, path, data }) => {
    if (!allowed(system)) return
    if (caller.push(tag, [system, kind, path, data ?? null, missed])) missed = 0
    else missed++
  }
}

export const eventsService = (bus: EventBus, permit: Permit): Service => {
  const subscriptions = new Map<string, Map<number, () => void>>() // pid → tag → end

  const of = (caller: Caller): Map<number, () => void> => {
    const known = subscriptions.get(caller.pid)
    if (known) return known
    const own = new Map<number, () => void>()
    subscriptions.set(caller.pid, own)
    caller.onEnd(() => {
      subscriptions.delete(caller.pid)
      for (const end of own.values()) end()
    })
    return own
  }

  const subscribe = ({ caller, target, tag, args }: Call): readonly unknown[] => {
    const system = name('system', target)
    const kind = args[0] === undefined || args[0] === null || args[0] === '' ? '' : name('kind', args[0])
    const own = of(caller)
    if (own.size >= MAX_SUBSCRIPTIONS) {
      const hint = 'Close subscriptions that are no longer needed.'
      throw new WippyError('EVENTS_TOO_MANY', Kind.RateLimited, `more than ${MAX_SUBSCRIPTIONS} subscriptions`, { hint })
    }
    const allowed = (spoken: string) => spoken === system || !reservedSystems.has(spoken) || permit(caller, 'events.subscribe', spoken)
    own.set(tag, bus.subscribe(system, kind, forward(caller, tag, allowed)))
    return [true]
  }

  const send = ({ target, args }: Call): readonly unknown[] => {
    const system = name('system', target)
    const kind = name('kind', args[0])
    const path = name('path', args[1])
    if (reservedSystems.has(system)) {
      const hint = 'Choose a system name of your own, for example the name of the app.'
      throw new WippyError('EVENTS_RESERVED', Kind.PermissionDenied, `"${system}" is the runtime's: only it speaks there`, {
        hint,
        retryable: false,
      })
    }
    bus.publish(system, kind, path, args[2] ?? undefined)
    return [true]
  }

  const close = ({ caller, args: [tag] }: Call): readonly unknown[] => {
    const own = subscriptions.get(caller.pid)
    if (typeof tag === 'number') own?.get(tag)?.()
    if (typeof tag === 'number') own?.delete(tag)
    return []
  }

  return { name: 'events', operations: { 'events.subscribe': subscribe, 'events.send': send, 'events.close': close } }
}

const name = (what: string, value: unknown): string => {
  if (typeof value === 'string' && value !== '' && value.length <= MAX_NAME) return value
  const message = value === '' ? `${what} is required` : `${what} is text of at most ${MAX_NAME} characters`
  throw new WippyError('EVENTS_ARGUMENT', Kind.Invalid, message, { retryable: false })
}
