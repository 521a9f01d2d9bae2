// The state of a node on disk: one LMDB file in one folder, with named tables of bytes. The only folder that knows the package lmdb.
//
// Invariants:
//   L1  A write is done whole or not at all, and is on the disk when its promise resolves.
//   L2  Writes happen in the order they were asked for. Those that wait for the disk are written together, in one transaction.
//   L3  One process owns a folder and writes it; any number may read it meanwhile, and none waits for another.
// At most 256 MiB wait to be written; more is refused at once with STATE_BUSY.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { keyValueToBuffer, open, type RootDatabase } from 'lmdb'
import { Kind, WippyError } from '../error.ts'
import { corrupt, newer, openFault, writeFault } from './fault.ts'
import { makeFolder } from './folder.ts'
import { checkHeader } from './header.ts'
import { own } from './owner.ts'
import { type Key, type Store, Table } from './table.ts'

declare module 'lmdb' {
  /** There, and not in its types. */
  export function keyValueToBuffer(key: unknown): Uint8Array
}

const FORMAT = 1
const FILE = 'state.lmdb'
const TABLES = 64
const LONGEST_KEY = 1978
const MOST_PENDING = 256 * 1024 ** 2

type Operation = { readonly store: Store; readonly key: never; readonly value: Uint8Array | null }
type Waiting = {
  readonly operations: readonly Operation[]
  readonly bytes: number
  readonly done: () => void
  readonly failed: (error: WippyError) => void
}

/** What one write consists of. */
export type Batch = {
  /** Writes a value, over what is there. The bytes must stay as they are until the write is done. Throws STATE_KEY. */
  put<K extends Key>(table: Table<K>, key: K, value: Uint8Array): void
  /** What is not there is removed all the same. */
  remove<K extends Key>(table: Table<K>, key: K): void
}

export type EnvironmentOptions = {
  /** Reads what another process may own and write; nothing is made or changed. Throws STATE_NOT_FOUND when there is none. */
  readonly readOnly?: boolean
}

const OPTIONS = {
  noSubdir: true,
  encoding: 'binary',
  cache: false,
  overlappingSync: false,
  eventTurnBatching: false,
  maxDbs: TABLES,
} as const

export class Environment {
  readonly folder: string
  readonly readOnly: boolean
  readonly #root: RootDatabase<Uint8Array>
  readonly #release: () => void
  readonly #stores = new Map<string, { readonly table: Table; readonly store: Store | null }>()
  #waiting: Waiting[] = []
  #pendingBytes = 0
  #writing: Promise<void> | null = null
  #isClosed = false

  /**
   * Opens the state in `folder`, which is made when it is missing.
   * Throws STATE_OWNED, STATE_NOT_FOUND, STATE_UNREADABLE, STATE_CORRUPT or STATE_NEWER.
   */
  constructor(folder: string, { readOnly = false }: EnvironmentOptions = {}) {
    this.folder = folder
    this.readOnly = readOnly
    const path = join(folder, FILE)
    if (readOnly && !existsSync(path)) {
      throw new WippyError('STATE_NOT_FOUND', Kind.NotFound, 'there is no stored state', { where: { file: folder } })
    }
    this.#release = readOnly ? () => {} : takeOver(folder)
    try {
      this.#root = openRoot(path, readOnly)
      this.#checkFormat(path)
    } catch (error) {
      this.#release()
      throw error
    }
  }

  /** A table, made when it is missing. The first time it ends what reads since the last await saw together: take tables first, then read. */
  table<K extends Key = Key>(name: string): Table<K> {
    let known = this.#stores.get(name)
    if (!known) {
      const store = (this.#root.openDB(name, OPTIONS) ?? null) as Store | null
      known = { store, table: new Table(name, store) }
      this.#stores.set(name, known)
    }
    return known.table as Table<Key> as Table<K>
  }

  /**
   * Does what `fill` puts into the batch: all of it or nothing, on the disk when the promise resolves. `fill` is called at once; what it throws
   * is thrown, and nothing happens. Rejects with STATE_FULL, STATE_WRITE, STATE_BUSY or STATE_CLOSED.
   */
  async write(fill: (batch: Batch) => void): Promise<void> {
    const operations: Operation[] = []
    let bytes = 0
    const add = (table: string, key: Key, value: Uint8Array | null): void => {
      const size = keyValueToBuffer(key).length
      if (size > LONGEST_KEY)
        throw new WippyError('STATE_KEY', Kind.Invalid, `a key of ${size} bytes is too long: at most ${LONGEST_KEY} are possible`)
      operations.push({ store: this.#stores.get(table)!.store!, key: key as never, value })
      bytes += size + (value?.length ?? 0)
    }
    fill({ put: (table, key, value) => add(table.name, key, value), remove: (table, key) => add(table.name, key, null) })
    this.#refuse()
    if (operations.length === 0) return this.#writing ?? undefined
    const { promise, resolve: done, reject: failed } = Promise.withResolvers<void>()
    this.#waiting.push({ operations, bytes, done, failed })
    this.#pendingBytes += bytes
    this.#writing ??= this.#drain()
    await promise
  }

  /** Waits for writes under way, then closes the file and gives up ownership. */
  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    await this.#writing
    await this.#root.close()
    this.#release()
  }

  #refuse(): void {
    const where = { file: this.folder }
    if (this.#isClosed) throw new WippyError('STATE_CLOSED', Kind.Unavailable, 'the state has been closed', { where })
    if (this.readOnly) throw new WippyError('STATE_READ_ONLY', Kind.PermissionDenied, 'the state was opened for reading only', { where })
    if (this.#pendingBytes < MOST_PENDING) return
    const message = `${MOST_PENDING / 1024 ** 2} MiB wait for the disk already`
    throw new WippyError('STATE_BUSY', Kind.RateLimited, message, { where, retryable: true, hint: 'Wait for earlier writes to be done.' })
  }

  /** Writes what waits, group by group, until nothing does. */
  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      const group = this.#waiting
      this.#waiting = []
      try {
        await this.#commit(group.flatMap(({ operations }) => operations))
        for (const { done } of group) done()
      } catch (error) {
        for (const { failed } of group) failed(error as WippyError)
      }
      for (const { bytes } of group) this.#pendingBytes -= bytes
    }
    this.#writing = null
  }

  async #commit(operations: readonly Operation[]): Promise<void> {
    const seen = (error: { commitError?: Promise<never> }): Promise<never> => error.commitError ?? Promise.reject(error)
    const parts: Promise<unknown>[] = []
    const whole = this.#root.batch(() => {
      for (const { store, key, value } of operations) parts.push(value ? store.put(key, value) : store.remove(key))
    })
    // lmdb rejects the parts as well as the whole, and says why in a promise inside the error.
    const results = await Promise.allSettled([whole, ...new Set(parts)].map((part) => Promise.resolve(part).catch(seen)))
    const failed = results.find((result) => result.status === 'rejected')
    if (failed) throw writeFault(join(this.folder, FILE), failed.reason)
  }

  #checkFormat(path: string): void {
    const about = this.#root.openDB('state', OPTIONS)
    const head = about?.get('format')
    if (head === undefined) {
      if (!this.readOnly) about.putSync('format', Uint8Array.of(FORMAT))
    } else if (head.length !== 1) {
      throw corrupt(path, 'its format cannot be read')
    } else if (head[0]! > FORMAT) {
      throw newer(path, 'the stored state', head[0]!, FORMAT)
    }
  }
}

const takeOver = (folder: string): (() => void) => {
  try {
    makeFolder(folder)
  } catch (cause) {
    throw openFault(folder, cause)
  }
  return own(folder)
}

const openRoot = (path: string, readOnly: boolean): RootDatabase<Uint8Array> => {
  if (existsSync(path)) checkHeader(path)
  try {
    const root = open<Uint8Array>({ ...OPTIONS, path, readOnly })
    if (!readOnly) root.readerCheck() // readers that were killed hold on to pages they read
    return root
  } catch (cause) {
    throw openFault(path, cause)
  }
}
