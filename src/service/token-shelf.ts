// Where tokens lie until they are used, revoked or over: memory, which ends with the node, or a `store.*` entry.

import { Kind, WippyError } from '../error.ts'
import { always, type Store } from '../store/store.ts'
import type { Connections } from './connections.ts'

export interface TokenShelf {
  /** `untilMs`: milliseconds since 1970. Throws TOKEN_STORE_FULL, and what a store throws. */
  put(key: string, value: Uint8Array, untilMs: number): void | Promise<void>
  get(key: string): Uint8Array | null | Promise<Uint8Array | null>
  /** Whether it was there. */
  remove(key: string): boolean | Promise<boolean>
}

const MOST = 100_000

export class MemoryShelf implements TokenShelf {
  readonly #now: () => number
  readonly #tokens = new Map<string, { readonly value: Uint8Array; readonly untilMs: number }>()

  constructor(now: () => number) {
    this.#now = now
  }

  put(key: string, value: Uint8Array, untilMs: number): void {
    if (this.#tokens.size >= MOST) this.#sweep()
    if (this.#tokens.size >= MOST) {
      const hint = 'Revoke tokens that are not used any more, or give them a shorter life.'
      throw new WippyError('TOKEN_STORE_FULL', Kind.RateLimited, `${MOST} tokens are valid already`, { retryable: true, hint })
    }
    this.#tokens.set(key, { value, untilMs })
  }

  get(key: string): Uint8Array | null {
    const found = this.#tokens.get(key)
    if (found && found.untilMs > this.#now()) return found.value
    this.#tokens.delete(key)
    return null
  }

  remove(key: string): boolean {
    const isThere = this.get(key) !== null
    return this.#tokens.delete(key) && isThere
  }

  #sweep(): void {
    const now = this.#now()
    for (const [key, { untilMs }] of this.#tokens) if (untilMs <= now) this.#tokens.delete(key)
  }
}

export type StoreShelfOptions = {
  readonly stores: Connections<Store>
  /** The entry of the store; its connection is the one that entry has at that moment. */
  readonly store: string
  /** What its keys begin with, so that others may use the store as well. */
  readonly prefix: string
  readonly now: () => number
}

export class StoreShelf implements TokenShelf {
  readonly #options: StoreShelfOptions

  constructor(options: StoreShelfOptions) {
    this.#options = options
  }

  async put(key: string, value: Uint8Array, untilMs: number): Promise<void> {
    const ttlMs = Math.max(1, untilMs - this.#options.now())
    await this.#in((store) => store.put(this.#key(key), value, { ...always, ttlMs }))
  }

  async get(key: string): Promise<Uint8Array | null> {
    const stored = await this.#in((store) => store.get(this.#key(key)))
    return stored?.value ?? null
  }

  remove(key: string): Promise<boolean> {
    return this.#in((store) => store.delete(this.#key(key)))
  }

  #key(key: string): string {
    return `${this.#options.prefix}${key}`
  }

  #in<R>(work: (store: Store) => Promise<R>): Promise<R> {
    const { stores, store } = this.#options
    return stores.with(store, work)
  }
}
