// Token stores (`security.token_store`): a token stands for an actor and a scope, until it is over or revoked.
//
//   K1 A token is random and means nothing by itself; with a key it carries an HMAC, so that a made-up one is refused unlooked-up.
//   K2 The store knows the hash of a token, not the token: who reads the store cannot use what is in it. With a key what is stored carries an
//      HMAC too: who writes the store cannot say what a token stands for. Without one he can; such a store belongs to nobody else.
//   K3 What the scope allows is asked again with every use: a token names policies. When one of them is gone the token is not valid.
//
//   store                a store.* entry, which says how long tokens outlive the node; without it they end with the node
//   token_length         random bytes: 32
//   default_expiration   24h
//   token_key, token_key_env     the key, or the variable that holds it and is read when the entry comes or changes

import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Clock } from '../clock.ts'
import { Kind, WippyError } from '../error.ts'
import { decode, decodeAll, encode, encodeAll } from '../msgpack.ts'
import type { State } from '../registry/change.ts'
import { type Entry, resolveId } from '../registry/entry.ts'
import { interpolate, type Lookup } from '../registry/interpolate.ts'
import type { Handler } from '../registry/kinds.ts'
import type { Actor } from '../security/request.ts'
import { type Scope, scopeOf } from '../security/scope.ts'
import type { Store } from '../store/store.ts'
import type { Connections } from './connections.ts'
import type { Environment } from './env.ts'
import type { Policies } from './policies.ts'
import { EntrySettings } from './settings.ts'
import { STORE_KINDS } from './stores.ts'
import { MemoryShelf, StoreShelf, type TokenShelf } from './token-shelf.ts'

const DAY_MS = 24 * 60 * 60 * 1000
const LENGTHS = { least: 16, usual: 32, most: 1024 } // bytes of chance
const LONGEST = 4096 // characters of a token that is looked at

type Settings = { readonly store: string | null; readonly bytes: number; readonly lifeMs: number; readonly key: string | null }

/** Throws ENTRY_FIELD with its place, and as `interpolate`. */
const settingsOf = (entry: Entry, after: State, lookup: Lookup): Settings => {
  const settings = new EntrySettings(entry, interpolate(entry, lookup))
  const bytes = settings.count('token_length', LENGTHS.usual, LENGTHS.most)
  if (bytes < LENGTHS.least) throw settings.refuse('token_length', `is less than ${LENGTHS.least}`, 'Leave it out for 32.')
  const lifeMs = settings.time('default_expiration', DAY_MS)
  if (lifeMs <= 0) throw settings.refuse('default_expiration', 'is no time', 'For example: 24h')
  const variable = settings.text('token_key_env', '')
  const key = variable === '' ? settings.text('token_key', '') : (lookup(variable) ?? '')
  if (variable !== '' && key === '')
    throw settings.refuse('token_key_env', 'names a variable that is not set', `Set ${variable}: tokens would go unsigned without it.`)
  const named = settings.text('store', '')
  const store = named === '' ? null : resolveId(named, entry.ns)
  if (store !== null && !(STORE_KINDS as readonly string[]).includes(after.get(store)?.kind ?? ''))
    throw settings.refuse('store', `names "${store}", which is no store`, `Name a ${STORE_KINDS.join(', ')} entry.`)
  return { store, bytes, lifeMs, key: key === '' ? null : key }
}

const invalid = (): WippyError => new WippyError('TOKEN_INVALID', Kind.Internal, 'the token is not valid', { retryable: false })

const sign = (key: string, token: string): string => createHmac('sha256', key).update(token).digest('base64url')
const hash = (token: string): string => createHash('sha256').update(token).digest('hex')

export type TokenContent = { readonly actor: Actor; readonly scope: Scope; readonly meta: Readonly<Record<string, unknown>> }

type Given = { readonly settings: Settings; readonly shelf: TokenShelf; readonly policies: Policies; readonly clock: Clock }

export class TokenStore {
  readonly #given: Given

  constructor(given: Given) {
    this.#given = given
  }

  /** A new token; `lifeMs` null: as long as the store says. Throws TOKEN_LIFE, TOKEN_STORE_FULL, and what the store throws. */
  async create({ actor, scope, meta }: TokenContent, lifeMs: number | null = null): Promise<string> {
    const { settings, shelf, clock } = this.#given
    const life = lifeMs ?? settings.lifeMs
    if (!(life > 0) || !Number.isFinite(life)) {
      throw new WippyError('TOKEN_LIFE', Kind.Invalid, 'a token is valid for a time greater than 0', { retryable: false })
    }
    const random = randomBytes(settings.bytes).toString('base64url')
    const token = settings.key === null ? random : `${random}.${sign(settings.key, random)}`
    const until = clock.nowMs() + life
    const content = encode([until, actor.id, actor.meta, scope.policies, meta])
    await shelf.put(hash(token), encodeAll([[content, this.#seal(token, content)]]), until)
    return token
  }

  /**
   * What a token stands for. Throws TOKEN_INVALID, whatever the reason: unknown, over, revoked, forged, a policy that is gone; and what the
   * store throws when it cannot be reached.
   */
  async validate(token: string): Promise<TokenContent> {
    const { shelf, policies, clock } = this.#given
    const found = this.#isWhole(token) ? await shelf.get(hash(token)) : null
    const content = found && this.#unseal(token, found)
    if (content === null) throw invalid()
    const [until, id, actorMeta, ids, meta] = decode(content) as [number, string, Actor['meta'], string[], TokenContent['meta']]
    if (until <= clock.nowMs() || ids.some((policy) => policies.get(policy) === null)) throw invalid()
    return { actor: { id, meta: actorMeta }, scope: scopeOf(ids), meta }
  }

  /** Whether there was such a token. */
  async revoke(token: string): Promise<boolean> {
    return this.#isWhole(token) && (await this.#given.shelf.remove(hash(token)))
  }

  #isWhole(token: string): boolean {
    const { key } = this.#given.settings
    if (token === '' || token.length > LONGEST) return false
    if (key === null) return true
    const dot = token.lastIndexOf('.')
    const seal = Buffer.from(token.slice(dot + 1))
    const wanted = Buffer.from(sign(key, token.slice(0, Math.max(dot, 0))))
    return dot > 0 && seal.length === wanted.length && timingSafeEqual(seal, wanted)
  }

  /** Of what is stored under a token; nothing without a key. */
  #seal(token: string, content: Uint8Array): Uint8Array | null {
    const { key } = this.#given.settings
    return key === null ? null : createHmac('sha256', key).update(hash(token)).update(content).digest()
  }

  #unseal(token: string, stored: Uint8Array): Uint8Array | null {
    const [record] = decodeAll(stored)
    const [content, seal] = Array.isArray(record) ? record : []
    if (!(content instanceof Uint8Array)) return null
    const wanted = this.#seal(token, content)
    if (wanted === null) return content
    return seal instanceof Uint8Array && seal.length === wanted.length && timingSafeEqual(seal, wanted) ? content : null
  }
}

export type TokenStoresOptions = {
  readonly policies: Policies
  readonly clock: Clock
  readonly variables: Environment
  readonly stores: Connections<Store>
}

type Known = { readonly store: TokenStore; readonly shelf: TokenShelf; readonly on: string | null }

export class TokenStores {
  readonly #options: TokenStoresOptions
  readonly #known = new Map<string, Known>()

  constructor(options: TokenStoresOptions) {
    this.#options = options
  }

  readonly handler: Handler = {
    kinds: ['security.token_store'],
    prepare: ({ kind, entry }, after) => {
      if (kind !== 'entry.delete') this.#settingsOf(entry, after)
    },
    commit: ({ kind, entry }, after) => {
      if (kind === 'entry.delete') return void this.#known.delete(entry.id)
      const { policies, clock } = this.#options
      const settings = this.#settingsOf(entry, after)
      const before = this.#known.get(entry.id)
      const shelf = before?.on === settings.store ? before.shelf : this.#shelf(entry.id, settings.store)
      this.#known.set(entry.id, { store: new TokenStore({ settings, shelf, policies, clock }), shelf, on: settings.store })
    },
  }

  /** Throws TOKEN_STORE_NOT_FOUND. */
  need(id: string): TokenStore {
    const known = this.#known.get(id)
    if (known) return known.store
    throw new WippyError('TOKEN_STORE_NOT_FOUND', Kind.NotFound, `token store "${id}" not found`, { retryable: false })
  }

  #settingsOf(entry: Entry, after: State): Settings {
    return settingsOf(entry, after, this.#options.variables.lookup(after))
  }

  #shelf(id: string, store: string | null): TokenShelf {
    const { clock, stores } = this.#options
    const now = (): number => clock.nowMs()
    return store === null ? new MemoryShelf(now) : new StoreShelf({ stores, store, prefix: `token/${id}/`, now })
  }
}
