// The event bus: whoever is interested hears what happens in a system ("users", "registry", …), in the order it was published.
//
// E1 Publishing never waits: a subscriber that is behind misses events, is told how many where they are missing, and holds up nobody.
// E2 Systems of the runtime are reserved: processes hear them, only the host speaks on them.
// E3 A pattern opens no back door: a reserved system reaches a wildcard only when the subscriber may subscribe to that very system.

import type { Clock } from '../clock.ts'
import { Kind, WippyError } from '../error.ts'
import { matchesDotted } from '../registry/glob.ts'
import type { Permit } from './permit.ts'
import type { Call, Service } from './service.ts'
import { Subscriptions } from './subscriptions.ts'

export type BusEvent = { readonly system: string; readonly kind: string; readonly path: string; readonly data?: unknown }

/** Systems only the host publishes on. */
const reservedSystems: ReadonlySet<string> = new Set([
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
  'events',
])

const MAX_NAME = 1024 // characters of a system, kind or path
const MAX_PARTS = 32 // of a pattern, between dots: every event is compared with it

/**
 * "" and "*" match all, a single "*" at the end what begins so, a text without any of * ( itself. Other patterns are matched part by part
 * between dots: `*` is one part or a piece of one, `**` any number of parts, `(a|b)` either.
 */
export const compilePattern = (pattern: string): ((text: string) => boolean) => {
  if (pattern === '' || pattern === '*') return () => true
  if (!/[*(]/.test(pattern)) return (text) => text === pattern
  if (!/[*(]/.test(pattern.slice(0, -1)) && pattern.endsWith('*')) {
    const start = pattern.slice(0, -1)
    return (text) => text.startsWith(start)
  }
  return (text) => matchesDotted(pattern, text)
}

type Test = (text: string) => boolean
type Listener = { readonly system: Test; readonly kind: Test; readonly hear: (event: BusEvent) => void }

export class EventBus {
  readonly #listeners = new Set<Listener>()
  readonly #report: (error: unknown) => void

  /** `report` hears what listeners throw. */
  constructor(report: (error: unknown) => void = () => {}) {
    this.#report = report
  }

  /** How many listen. */
  get listeners(): number {
    return this.#listeners.size
  }

  /** Calls `hear` for every event that matches both patterns. The returned function ends it. */
  subscribe(system: string, kind: string, hear: (event: BusEvent) => void): () => void {
    const listener = { system: compilePattern(system), kind: compilePattern(kind), hear }
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Tells everybody who is subscribed now. */
  publish(system: string, kind: string, path: string, data?: unknown): void {
    const event: BusEvent = { system, kind, path, data }
    for (const listener of this.#listeners) {
      if (!listener.system(system) || !listener.kind(kind)) continue
      try {
        listener.hear(event)
      } catch (error) {
        this.#report(error)
      }
    }
  }
}

export const eventsService = (bus: EventBus, permit: Permit, clock: Clock): Service => {
  const subscriptions = new Subscriptions(clock)

  const subscribe = (call: Call): readonly unknown[] => {
    const { caller, target, args } = call
    const system = name('system', target)
    const kind = args[0] === undefined || args[0] === null || args[0] === '' ? '' : name('kind', args[0])
    for (const pattern of [system, kind]) {
      if (pattern.split('.').length <= MAX_PARTS) continue
      throw new WippyError('EVENTS_ARGUMENT', Kind.Invalid, `a pattern has at most ${MAX_PARTS} parts`, { retryable: false })
    }
    const allowed = (spoken: string) => spoken === system || !reservedSystems.has(spoken) || permit(caller, 'events.subscribe', spoken)
    subscriptions.open(call, (hear) =>
      bus.subscribe(system, kind, (event) => {
        if (allowed(event.system)) hear(event)
      }),
    )
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
    subscriptions.close(caller, tag)
    return []
  }

  return { name: 'events', operations: { 'events.subscribe': subscribe, 'events.send': send, 'events.close': close } }
}

const name = (what: string, value: unknown): string => {
  if (typeof value === 'string' && value !== '' && value.length <= MAX_NAME) return value
  const message = value === '' ? `${what} is required` : `${what} is text of at most ${MAX_NAME} characters`
  throw new WippyError('EVENTS_ARGUMENT', Kind.Invalid, message, { retryable: false })
}
