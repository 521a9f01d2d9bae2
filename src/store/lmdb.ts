// A store on disk, in a folder of its own. What was answered is on the disk.
//
// Records are sealed: expiry (float64) · version (uint64) · value. Beside them stands when each expires, so that sweeping looks only at what
// has. Writes of one key are done one after another, each knowing what the one before has left; those of different keys go to the disk together.
// Stores with the same folder are one store: versions, the count of keys and the order of writes are theirs together.

import type { Clock } from '../clock.ts'
import type { Environment } from '../lmdb/environment.ts'
import { seal, unseal } from '../lmdb/sealed.ts'
import type { Table } from '../lmdb/table.ts'
import { repeat } from './repeat.ts'
import {
  allow,
  firstKey,
  type ListOptions,
  type Page,
  type PutOptions,
  pageOf,
  type Store,
  type Stored,
  storeFull,
  valueTooLarge,
} from './store.ts'

export type LmdbStoreOptions = {
  readonly clock: Clock
  readonly maxSize: number
  readonly maxValue: number // bytes
  readonly cleanupMs: number
}

const FORMAT = 1
const HEAD = 16
const LONGEST_KEY = 1024 // bytes
const SWEPT_AT_ONCE = 1000
const VERSION = 'version'

type Kept = Stored & { readonly expiresAt: number }

const nothing = new Uint8Array(0)

/** What all stores with one environment know. */
type Common = {
  readonly under: Map<string, Promise<unknown>> // by key, the last write under way
  count: number
  version: bigint
}

const commons = new WeakMap<Environment, Common>()

const commonOf = (environment: Environment, records: Table<string>, about: Table<string>): Common => {
  const known = commons.get(environment)
  if (known) return known
  const version = about.get(VERSION)
  const common = {
    under: new Map(),
    count: records.count(),
    version: version ? Buffer.from(unseal(version, FORMAT, 'the version of a store')).readBigUInt64BE() : 0n,
  }
  commons.set(environment, common)
  return common
}

export class LmdbStore implements Store {
  readonly info = { backend: 'lmdb', consistency: 'local', durable: true, versioned: true } as const
  readonly #environment: Environment
  readonly #options: LmdbStoreOptions
  readonly #release: () => Promise<void>
  readonly #records: Table<string>
  readonly #expiries: Table<readonly (string | number)[]>
  readonly #about: Table<string>
  readonly #common: Common
  readonly #stop: () => void
  #isClosed = false

  /** `release` is called when it is closed: the environment may serve others. */
  constructor(environment: Environment, release: () => Promise<void>, options: LmdbStoreOptions) {
    this.#environment = environment
    this.#release = release
    this.#options = options
    this.#records = environment.table('records')
    this.#expiries = environment.table('expiries')
    this.#about = environment.table('about')
    this.#common = commonOf(environment, this.#records, this.#about)
    this.#stop = repeat(options.clock, options.cleanupMs, () => this.#sweep())
  }

  async ping(): Promise<void> {}

  async get(key: string): Promise<Stored | undefined> {
    return this.#present(key)
  }

  async put(key: string, value: Uint8Array, options: PutOptions): Promise<Stored> {
    const { maxValue, maxSize, clock } = this.#options
    if (value.length > maxValue) throw valueTooLarge(`a value of ${value.length} bytes is too large: the store takes ${maxValue}`)
    if (Buffer.byteLength(key) > LONGEST_KEY) throw valueTooLarge(`a key has at most ${LONGEST_KEY} bytes`)
    return this.#inOrder(key, async () => {
      const before = this.#read(key)
      const present = before && !this.#isOver(before) ? before : undefined
      allow(present, options)
      if (!before && this.#common.count >= maxSize) await this.#sweepSome()
      if (!before && this.#common.count >= maxSize) throw storeFull(`the store is full: it takes ${maxSize} keys`)
      const expiresAt = options.ttlMs > 0 ? clock.nowMs() + options.ttlMs : 0
      const kept = { key, value, version: String(++this.#common.version), expiresAt }
      if (!before) this.#common.count++
      try {
        await this.#write(before, kept)
      } catch (error) {
        if (!before) this.#common.count--
        throw error
      }
      return kept
    })
  }

  delete(key: string): Promise<boolean> {
    return this.#inOrder(key, async () => {
      const before = this.#read(key)
      if (!before) return false
      await this.#write(before, null)
      this.#common.count--
      return !this.#isOver(before)
    })
  }

  async list(options: ListOptions): Promise<Page> {
    return pageOf(this.#from(firstKey(options)), options)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#stop()
    await Promise.allSettled(this.#common.under.values())
    await this.#release()
  }

  *#from(first: string): Generator<readonly [string, Stored | undefined]> {
    for (const { key, value } of this.#records.range(first === '' ? {} : { from: first })) {
      const kept = decode(key, value)
      yield [key, this.#isOver(kept) ? undefined : kept]
    }
  }

  #isOver({ expiresAt }: Kept): boolean {
    return expiresAt > 0 && expiresAt <= this.#options.clock.nowMs()
  }

  #read(key: string): Kept | undefined {
    const bytes = this.#records.get(key)
    return bytes && decode(key, bytes)
  }

  #present(key: string): Kept | undefined {
    const kept = this.#read(key)
    return kept && !this.#isOver(kept) ? kept : undefined
  }

  #write(before: Kept | undefined, after: Kept | null): Promise<void> {
    const version = Buffer.alloc(8)
    version.writeBigUInt64BE(this.#common.version)
    return this.#environment.write((batch) => {
      if (before?.expiresAt) batch.remove(this.#expiries, [before.expiresAt, before.key])
      if (after === null) {
        batch.remove(this.#records, before!.key)
        return
      }
      batch.put(this.#records, after.key, encode(after))
      if (after.expiresAt) batch.put(this.#expiries, [after.expiresAt, after.key], nothing)
      batch.put(this.#about, VERSION, seal(version, FORMAT))
    })
  }

  async #inOrder<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.#common.under.get(key) ?? Promise.resolve()
    const now = before.then(work, work)
    this.#common.under.set(key, now)
    try {
      return await now
    } finally {
      if (this.#common.under.get(key) === now) this.#common.under.delete(key)
    }
  }

  async #sweep(): Promise<void> {
    while (!this.#isClosed && (await this.#sweepSome()) === SWEPT_AT_ONCE);
  }

  /** Removes what has expired, so many at once, and returns how many. A key that was written meanwhile stays. */
  async #sweepSome(): Promise<number> {
    let removed = 0
    const over = [...this.#expiries.keys({ to: [this.#options.clock.nowMs()], limit: SWEPT_AT_ONCE })]
    await Promise.allSettled(
      over.map(([, key]) =>
        this.#inOrder(String(key), async () => {
          const kept = this.#read(String(key))
          if (!kept || !this.#isOver(kept)) return
          await this.#write(kept, null)
          this.#common.count--
          removed++
        }),
      ),
    )
    return removed
  }
}

const encode = ({ value, version, expiresAt }: Kept): Uint8Array => {
  const payload = Buffer.alloc(HEAD + value.length)
  payload.writeDoubleBE(expiresAt, 0)
  payload.writeBigUInt64BE(BigInt(version), 8)
  payload.set(value, HEAD)
  return seal(payload, FORMAT)
}

const decode = (key: string, bytes: Uint8Array): Kept => {
  const payload = Buffer.from(unseal(bytes, FORMAT, `key "${key}" of a store`))
  return { key, expiresAt: payload.readDoubleBE(0), version: String(payload.readBigUInt64BE(8)), value: payload.subarray(HEAD) }
}
