// Token stores (`security.token_store`): a token stands for an actor and a scope, until it is over or revoked.
//
//   K1 A token is random and means nothing by itself; with `token_key` it carries an HMAC, so that a made-up one is refused unlooked-up.
//   K2 The store knows the hash of a token, not the token: who reads the store cannot use what is in it.
//   K3 What the scope allows is asked again with every use: a token names policies. When one of them is gone the token is not valid.

import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Clock } from '../clock.ts'
import { Kind, WippyError } from '../error.ts'
import { decode, encode } from '../msgpack.ts'
import { blame } from '../registry/blame.ts'
import { type Entry, fieldsOf } from '../registry/entry.ts'
import type { Handler } from '../registry/kinds.ts'
import { parseDuration } from '../registry/units.ts'
import type { Actor } from '../security/request.ts'
import { type Scope, scopeOf } from '../security/scope.ts'
import type { Policies } from './policies.ts'
import { MemoryShelf, type TokenShelf } from './token-shelf.ts'

const DAY_MS = 24 * 60 * 60 * 1000
const LENGTHS = { least: 16, most: 1024 } // bytes of chance
const LONGEST = 4096 // characters of a token that is looked at

type Settings = { readonly bytes: number; readonly lifeMs: number; readonly key: string | null }

const wrong = (entry: Entry, field: string, message: string, hint: string): WippyError =>
  blame(entry, `data.${field}`, 'TOKEN_STORE_INVALID', Kind.Invalid, `token store "${entry.id}": ${message}`, hint)

/** Throws TOKEN_STORE_INVALID with its place. */
const settingsOf = (entry: Entry): Settings => {
  const { token_length: length = 32, default_expiration: life = DAY_MS, token_key: key, token_key_env: env } = fieldsOf(entry)
  if (typeof length !== 'number' || !Number.isInteger(length) || length < LENGTHS.least || length > LENGTHS.most) {
    throw wrong(entry, 'token_length', `a token has ${LENGTHS.least} to ${LENGTHS.most} random bytes`, 'Leave it out for 32.')
  }
  if (key !== undefined && (typeof key !== 'string' || key === ''))
    throw wrong(entry, 'token_key', 'a key is a text', 'Leave it out for none.')
  if (env !== undefined)
    throw wrong(entry, 'token_key_env', 'a key is not read from there', 'Name the variable in token_key, between $ { and }.')
  try {
    return { bytes: length, lifeMs: life === DAY_MS ? DAY_MS : parseDuration(life), key: key ?? null }
  } catch (cause) {
    throw wrong(entry, 'default_expiration', (cause as Error).message, 'For example: 24h')
  }
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

  /** A new token; `lifeMs` null: as long as the store says. Throws TOKEN_LIFE, TOKEN_STORE_FULL. */
  async create({ actor, scope, meta }: TokenContent, lifeMs: number | null = null): Promise<string> {
    const { settings, shelf, clock } = this.#given
    const life = lifeMs ?? settings.lifeMs
    if (!(life > 0) || !Number.isFinite(life)) {
      throw new WippyError('TOKEN_LIFE', Kind.Invalid, 'a token is valid for a time greater than 0', { retryable: false })
    }
    const random = randomBytes(settings.bytes).toString('base64url')
    const token = settings.key === null ? random : `${random}.${sign(settings.key, random)}`
    await shelf.put(hash(token), encode([actor.id, actor.meta, scope.policies, meta]), clock.nowMs() + life)
    return token
  }

  /** What a token stands for. Throws TOKEN_INVALID, whatever the reason: unknown, over, revoked, forged, a policy that is gone. */
  async validate(token: string): Promise<TokenContent> {
    const { shelf, policies } = this.#given
    const found = this.#isWhole(token) ? await shelf.get(hash(token)) : null
    if (found === null) throw invalid()
    const [id, actorMeta, ids, meta] = decode(found) as [string, Actor['meta'], string[], TokenContent['meta']]
    if (ids.some((policy) => policies.get(policy) === null)) throw invalid()
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
}

export class TokenStores {
  readonly #policies: Policies
  readonly #clock: Clock
  readonly #stores = new Map<string, { readonly store: TokenStore; readonly shelf: TokenShelf }>()

  constructor(policies: Policies, clock: Clock) {
    this.#policies = policies
    this.#clock = clock
  }

  readonly handler: Handler = {
    kinds: ['security.token_store'],
    prepare: ({ kind, entry }) => {
      if (kind !== 'entry.delete') settingsOf(entry)
    },
    commit: ({ kind, entry }) => {
      if (kind === 'entry.delete') return void this.#stores.delete(entry.id)
      const shelf = this.#stores.get(entry.id)?.shelf ?? new MemoryShelf(() => this.#clock.nowMs())
      const store = new TokenStore({ settings: settingsOf(entry), shelf, policies: this.#policies, clock: this.#clock })
      this.#stores.set(entry.id, { store, shelf })
    },
  }

  /** Throws TOKEN_STORE_NOT_FOUND. */
  need(id: string): TokenStore {
    const known = this.#stores.get(id)
    if (known) return known.store
    throw new WippyError('TOKEN_STORE_NOT_FOUND', Kind.NotFound, `token store "${id}" not found`, { retryable: false })
  }
}
