// The host half of `store`: keys and values of the store an entry names at that moment.
//
// Values are never looked at: they stay the bytes a process wrote. Every operation is checked by its name, on the id of the store.

import { Kind, WippyError } from '../error.ts'
import { concatAll, encodeAll, split } from '../msgpack.ts'
import { always, keyNotFound, type PutOptions, type Store, type Stored } from '../store/store.ts'
import type { Connections } from './connections.ts'
import type { Call, Operation, Service } from './service.ts'

const MAX_KEY = 1024 // characters
const DEFAULT_PAGE = 100
const LONGEST_PAGE = 1000
const PAGE_BYTES = 4 * 1024 ** 2
const LONGEST_TTL_MS = 100 * 365 * 24 * 3600 * 1000

const invalid = (message: string): WippyError => new WippyError('STORE_ARGUMENT', Kind.Invalid, message, { retryable: false })

const keyOf = (value: unknown): string => {
  if (typeof value === 'string' && value !== '' && value.length <= MAX_KEY) return value
  throw invalid(`a key is text of 1 to ${MAX_KEY} characters`)
}

const ttlOf = (seconds: unknown): number => {
  if (seconds === null || seconds === undefined) return 0
  if (typeof seconds === 'number' && seconds >= 0) return Math.min(seconds * 1000, LONGEST_TTL_MS)
  throw invalid('ttl must be a non-negative number')
}

const versionOf = (value: unknown): string | null => {
  if (value === null || value === undefined || value === false) return null
  if (/^[1-9]\d{0,18}$/.test(String(value))) return String(value)
  throw invalid('if_version must be a positive version')
}

/** key, version, value. */
const entryOf = ({ key, version, value }: Stored): Uint8Array => concatAll([encodeAll([key, version]), value])

const ok = (values: Uint8Array) => ({ ok: true, values }) as const

export const storeService = (stores: Connections<Store>): Service => {
  const present = async ({ target, args }: Call): Promise<Stored> => {
    const key = keyOf(args[0])
    const stored = await stores.with(target, (store) => store.get(key))
    if (stored) return stored
    throw keyNotFound('key not found')
  }

  /** Arguments are the key, `count - 1` others, and the value, which is kept as it is. */
  const put = async ({ target, raw }: Call, count: number, read: (rest: readonly unknown[]) => PutOptions): Promise<Stored> => {
    const { head, rest } = split(raw, count)
    const [key, ...options] = head
    const chosen = read(options)
    return stores.with(target, (store) => store.put(keyOf(key), rest, chosen))
  }

  const set: Operation = async (call) => {
    await put(call, 2, ([ttl]) => ({ ...always, ttlMs: ttlOf(ttl) }))
    return [true]
  }

  const conditional: Operation = async (call) => {
    const read = ([ttl, absent, version]: readonly unknown[]): PutOptions => {
      const options = { ttlMs: ttlOf(ttl), onlyIfAbsent: absent === true, ifVersion: versionOf(version) }
      if (options.onlyIfAbsent && options.ifVersion !== null) throw invalid('only_if_absent and if_version are mutually exclusive')
      return options
    }
    return ok(entryOf(await put(call, 4, read)))
  }

  const list: Operation = async ({ target, args: [prefix, after, limit] }) => {
    const wanted = typeof limit === 'number' && limit > 0 ? Math.min(Math.floor(limit), LONGEST_PAGE) : DEFAULT_PAGE
    const options = { prefix: String(prefix ?? ''), after: String(after ?? ''), limit: wanted, bytes: PAGE_BYTES }
    const { items, hasMore } = await stores.with(target, (store) => store.list(options))
    const flat = concatAll([encodeAll([hasMore]), ...items.map(entryOf)])
    return ok(Buffer.concat([Uint8Array.of(0x91), flat]))
  }

  const info: Operation = ({ target }) =>
    stores.with(target, ({ info: { versioned, ...info } }) => [
      { id: target, ...info, list: true, versioned, conditional_put: versioned, ttl: true },
    ])

  return {
    name: 'store',
    operations: {
      'store.get': ({ target }) => stores.with(target, () => [true]),
      'store.info': info,
      'store.key.get': async (call) => ok((await present(call)).value),
      'store.key.entry': async (call) => ok(entryOf(await present(call))),
      'store.key.has': ({ target, args: [key] }) => stores.with(target, async (store) => [(await store.get(keyOf(key))) !== undefined]),
      'store.key.set': set,
      'store.key.put': conditional,
      'store.key.delete': ({ target, args: [key] }) => stores.with(target, async (store) => [await store.delete(keyOf(key))]),
      'store.key.list': list,
    },
  }
}
