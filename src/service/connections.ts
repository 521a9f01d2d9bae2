// What entries are connected to (databases, stores), exchanged when an entry changes.
//
//   C1 A change is taken only when what it names can be reached; while a node starts, what cannot be reached is waited for instead.
//   C2 Who has begun with one connection ends with it: it is closed when nobody uses it any more, or after `drainMs`.
//   C3 Whoever begins after a change uses the new one; there is no moment without one.

import type { Clock } from '../clock.ts'
import { Kind, WippyError } from '../error.ts'
import type { Change, State } from '../registry/change.ts'
import type { Entry } from '../registry/entry.ts'
import type { Handler } from '../registry/kinds.ts'

export type Connection = { close(): Promise<void> }

/** What an entry describes, before anything is reached. */
export type Opening<T> = {
  /** Changes that leave this as it is keep the connection. */
  readonly identity: string
  /** How long users of a connection that was exchanged may take. */
  readonly drainMs: number
  readonly open: () => Promise<T>
  /** Throws why it cannot be reached. Not there: what is open is reached. */
  readonly check?: (connection: T) => Promise<void>
}

export type ConnectionsOptions<T> = {
  readonly clock: Clock
  /** What people call these: "database". */
  readonly noun: string
  readonly kinds: readonly string[]
  readonly describe: (entry: Entry, after: State) => Opening<T> | Promise<Opening<T>>
  /** The kind of an entry as it is. */
  readonly kindOf: (id: string) => string | undefined
  /** Whether the node still starts. */
  readonly isStarting: () => boolean
  /** Whether what entries say is looked at, and nothing is opened. */
  readonly trial: boolean
  readonly warn: (id: string, message: string, error: WippyError) => void
  readonly report: (error: unknown) => void
}

/** A connection with those who use it. */
class Generation<T extends Connection> {
  readonly connection: T
  readonly opening: Opening<T>
  #users = 0
  #onIdle: (() => void) | null = null

  constructor(connection: T, opening: Opening<T>) {
    this.connection = connection
    this.opening = opening
  }

  enter(): () => void {
    this.#users++
    let isIn = true
    return () => {
      if (!isIn) return
      isIn = false
      if (--this.#users === 0) this.#onIdle?.()
    }
  }

  /** Resolves when nobody uses it any more. */
  idle(): Promise<void> {
    return new Promise((resolve) => {
      this.#onIdle = resolve
      if (this.#users === 0) resolve()
    })
  }
}

export type Use<T> = { readonly connection: T; readonly leave: () => void }

export class Connections<T extends Connection> {
  readonly #options: ConnectionsOptions<T>
  readonly #current = new Map<string, Generation<T>>()
  readonly #next = new Map<string, Generation<T>>() // by id, between prepare and commit
  readonly #closing = new Set<Promise<void>>()

  constructor(options: ConnectionsOptions<T>) {
    this.#options = options
  }

  get handler(): Handler {
    return {
      kinds: this.#options.kinds,
      prepare: async ({ kind, entry }, after) => {
        if (kind === 'entry.delete') return
        if (this.#options.trial) await this.#options.describe(entry, after)
        else this.#next.set(entry.id, await this.#prepare(entry, after))
      },
      commit: ({ kind, entry }) => this.#commit(kind, entry.id),
      discard: async ({ kind, entry }) => {
        const next = this.#next.get(entry.id)
        if (kind === 'entry.delete' || !next) return
        this.#next.delete(entry.id)
        if (next !== this.#current.get(entry.id)) await next.connection.close()
      },
    }
  }

  /** The connection of an entry as it is now, for one who says when it is done. Throws CONNECTION_NOT_FOUND, CONNECTION_KIND. */
  use(id: string): Use<T> {
    const current = this.#current.get(id)
    if (current) return { connection: current.connection, leave: current.enter() }
    const { noun, kinds, kindOf } = this.#options
    const kind = kindOf(id)
    if (kind !== undefined && !kinds.includes(kind))
      throw new WippyError('CONNECTION_KIND', Kind.Invalid, `"${id}" is no ${noun}, it is a ${kind}`, { retryable: false })
    throw new WippyError('CONNECTION_NOT_FOUND', Kind.NotFound, `${noun} "${id}" not found`, { retryable: false })
  }

  /** Does one thing with the connection of an entry. */
  async with<R>(id: string, work: (connection: T) => R | Promise<R>): Promise<R> {
    const { connection, leave } = this.use(id)
    try {
      return await work(connection)
    } finally {
      leave()
    }
  }

  /** Closes everything. */
  async close(): Promise<void> {
    const open = [...this.#current.values(), ...this.#next.values()]
    this.#current.clear()
    this.#next.clear()
    await Promise.all(
      [...this.#closing, ...new Set(open.map(({ connection }) => connection))].map((one) => ('close' in one ? one.close() : one)),
    )
  }

  async #prepare(entry: Entry, after: State): Promise<Generation<T>> {
    const opening = await this.#options.describe(entry, after)
    const current = this.#current.get(entry.id)
    if (current?.opening.identity === opening.identity) return current
    const connection = await opening.open()
    if (this.#options.isStarting()) {
      opening.check?.(connection).catch((error) => this.#options.warn(entry.id, `${this.#options.noun} cannot be reached yet`, error))
      return new Generation(connection, opening)
    }
    try {
      await opening.check?.(connection)
    } catch (error) {
      await connection.close().catch(this.#options.report)
      throw error
    }
    return new Generation(connection, opening)
  }

  /** The end of an entry that goes on as another kind is no end: its beginning follows. */
  #commit(kind: Change['kind'], id: string): void {
    const next = this.#next.get(id)
    if (kind === 'entry.delete' && next) return
    const before = this.#current.get(id)
    if (next) this.#current.set(id, next)
    else this.#current.delete(id)
    this.#next.delete(id)
    if (before && before !== next) this.#retire(before)
  }

  #retire(generation: Generation<T>): void {
    const { clock, report } = this.#options
    const closing = new Promise<void>((resolve) => {
      const forget = clock.setTimer(generation.opening.drainMs, resolve)
      void generation.idle().then(forget).then(resolve)
    })
      .then(() => generation.connection.close())
      .catch(report)
      .finally(() => this.#closing.delete(closing))
    this.#closing.add(closing)
  }
}
