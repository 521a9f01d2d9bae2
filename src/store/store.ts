// A store of keys and values as services see it. Values are payloads: bytes that go from process to process unread.
//
//   T1 A write that was answered is kept as long as the store promises: until the machine goes down, or beyond.
//   T2 Every write gives its key a version that no other write of the store has had; `ifVersion` writes only over that very one.
//   T3 What has expired is not there, whether or not it has been swept away.

import { Kind, WippyError } from '../error.ts'

export type Stored = { readonly key: string; readonly value: Uint8Array; readonly version: string }

export type PutOptions = {
  /** 0: for ever. */
  readonly ttlMs: number
  readonly onlyIfAbsent: boolean
  readonly ifVersion: string | null
}

export type ListOptions = {
  readonly prefix: string
  readonly after: string
  /** Items of a page, and bytes of their values, from which on no more are added. */
  readonly limit: number
  readonly bytes: number
}
export type Page = { readonly items: readonly Stored[]; readonly hasMore: boolean }

export type StoreInfo = {
  readonly backend: string
  readonly consistency: 'local' | 'linearizable'
  readonly durable: boolean
  /** Whether T2 holds: otherwise every version is the same, and nothing is written on conditions. */
  readonly versioned: boolean
}

export type Store = {
  readonly info: StoreInfo
  /** Throws when it cannot be reached. */
  ping(): Promise<void>
  get(key: string): Promise<Stored | undefined>
  /** Throws STORE_EXISTS, STORE_CONFLICT, STORE_KEY_NOT_FOUND, STORE_FULL, STORE_VALUE. */
  put(key: string, value: Uint8Array, options: PutOptions): Promise<Stored>
  /** Whether it was there. */
  delete(key: string): Promise<boolean>
  /** In the order of keys. */
  list(options: ListOptions): Promise<Page>
  close(): Promise<void>
}

export const always: PutOptions = { ttlMs: 0, onlyIfAbsent: false, ifVersion: null }

const fault =
  (code: string, kind: Kind, retryable: boolean, hint?: string) =>
  (message: string): WippyError =>
    new WippyError(code, kind, message, { retryable, hint })

export const keyNotFound = fault('STORE_KEY_NOT_FOUND', Kind.NotFound, false)
export const keyExists = fault('STORE_EXISTS', Kind.AlreadyExists, false)
export const versionMismatch = fault('STORE_CONFLICT', Kind.Conflict, true, 'Read the entry again and decide with its new version.')
export const storeFull = fault(
  'STORE_FULL',
  Kind.RateLimited,
  true,
  'Delete keys, let them expire, or raise max_size or max_bytes of the entry.',
)
export const valueTooLarge = fault('STORE_VALUE', Kind.Invalid, false)
/** It cannot be reached; nothing was done. */
export const storeUnavailable = fault('STORE_UNAVAILABLE', Kind.Unavailable, true)
/** The connection was lost while the store was at work. */
export const storeLost = fault('STORE_LOST', Kind.Unavailable, false, 'It may or may not have been done: look before trying again.')
export const storeFailed = fault('STORE_FAILED', Kind.Internal, false)

/** The key that a list begins at. */
export const firstKey = ({ prefix, after }: ListOptions): string => (after > prefix ? after : prefix)

/** The page of a list, out of keys in their order, from `firstKey` on, each with what is stored under it; undefined for what has expired. */
export const pageOf = (kept: Iterable<readonly [key: string, stored: Stored | undefined]>, options: ListOptions): Page => {
  const { prefix, after, limit, bytes } = options
  const items: Stored[] = []
  let taken = 0
  for (const [key, stored] of kept) {
    if (!key.startsWith(prefix)) {
      if (key > prefix) break
      continue
    }
    if (stored === undefined || (key === after && after !== '')) continue
    if (items.length === limit || taken >= bytes) return { items, hasMore: true }
    items.push(stored)
    taken += stored.value.length
  }
  return { items, hasMore: false }
}

/** Whether a write may be done over what is there. Throws why not. */
export const allow = (present: { readonly version: string } | undefined, { onlyIfAbsent, ifVersion }: PutOptions): void => {
  if (onlyIfAbsent && present) throw keyExists('key already exists')
  if (ifVersion === null) return
  if (!present) throw keyNotFound('key not found')
  if (present.version !== ifVersion) throw versionMismatch('version mismatch')
}
