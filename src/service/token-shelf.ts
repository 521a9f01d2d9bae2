// Where tokens lie until they are used, revoked or over. This one is memory: it ends with the node.

import { Kind, WippyError } from '../error.ts'

export interface TokenShelf {
  /** `untilMs`: milliseconds since 1970. Throws TOKEN_STORE_FULL. */
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
