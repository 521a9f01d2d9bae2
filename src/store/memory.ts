// A store in memory: gone with the node. New keys are refused when it is full; keys that expired make room first.

import type { Clock } from '../clock.ts'
import { repeat } from './repeat.ts'
import { allow, firstKey, type ListOptions, type Page, type PutOptions, pageOf, type Store, type Stored, storeFull } from './store.ts'

export type MemoryStoreOptions = {
  readonly clock: Clock
  /** Entries, and bytes of their keys and values together. */
  readonly maxSize: number
  readonly maxBytes: number
  readonly cleanupMs: number
}

type Kept = Stored & { readonly expiresAt: number } // Infinity: never

const sizeOf = ({ key, value }: Stored): number => key.length + value.length

export class MemoryStore implements Store {
  readonly info = { backend: 'memory', consistency: 'local', durable: false, versioned: true } as const
  readonly #options: MemoryStoreOptions
  readonly #kept = new Map<string, Kept>()
  readonly #stop: () => void
  #keys: readonly string[] | null = null // in order, while no key comes or goes
  #bytes = 0
  #version = 0

  constructor(options: MemoryStoreOptions) {
    this.#options = options
    this.#stop = repeat(options.clock, options.cleanupMs, () => this.#sweep())
  }

  async ping(): Promise<void> {}

  async get(key: string): Promise<Stored | undefined> {
    return this.#present(key)
  }

  async put(key: string, value: Uint8Array, options: PutOptions): Promise<Stored> {
    const { clock } = this.#options
    const before = this.#present(key)
    allow(before, options)
    const expiresAt = options.ttlMs > 0 ? clock.nowMs() + options.ttlMs : Number.POSITIVE_INFINITY
    const kept = { key, value, version: String(this.#version + 1), expiresAt }
    this.#makeRoom(before, sizeOf(kept))
    this.#version++
    this.#bytes += sizeOf(kept) - (before ? sizeOf(before) : 0)
    if (!before) this.#keys = null
    this.#kept.set(key, kept)
    return kept
  }

  async delete(key: string): Promise<boolean> {
    const before = this.#present(key)
    if (before) this.#remove(before)
    return before !== undefined
  }

  async list(options: ListOptions): Promise<Page> {
    this.#keys ??= [...this.#kept.keys()].sort()
    return pageOf(this.#from(this.#keys, firstKey(options)), options)
  }

  async close(): Promise<void> {
    this.#stop()
    this.#kept.clear()
  }

  *#from(keys: readonly string[], first: string): Generator<readonly [string, Stored | undefined]> {
    for (let at = firstFrom(keys, first); at < keys.length; at++) {
      const kept = this.#kept.get(keys[at]!)
      yield [keys[at]!, kept && !this.#isOver(kept) ? kept : undefined]
    }
  }

  #isOver({ expiresAt }: Kept): boolean {
    return expiresAt <= this.#options.clock.nowMs()
  }

  #present(key: string): Kept | undefined {
    const kept = this.#kept.get(key)
    if (!kept || !this.#isOver(kept)) return kept
    this.#remove(kept)
    return undefined
  }

  #remove(kept: Kept): void {
    this.#kept.delete(kept.key)
    this.#bytes -= sizeOf(kept)
    this.#keys = null
  }

  #makeRoom(before: Kept | undefined, size: number): void {
    const isFull = () =>
      (!before && this.#kept.size >= this.#options.maxSize) || this.#bytes + size - (before ? sizeOf(before) : 0) > this.#options.maxBytes
    if (isFull()) this.#sweep()
    if (isFull()) throw storeFull(`the store is full: it takes ${this.#options.maxSize} keys and ${this.#options.maxBytes} bytes`)
  }

  #sweep(): void {
    for (const kept of this.#kept.values()) if (this.#isOver(kept)) this.#remove(kept)
  }
}

/** The place of the first key that is not before `key`. */
const firstFrom = (keys: readonly string[], key: string): number => {
  let low = 0
  for (let high = keys.length; low < high; ) {
    const middle = (low + high) >> 1
    if (keys[middle]! < key) low = middle + 1
    else high = middle
  }
  return low
}
