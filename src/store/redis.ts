// A store in Redis. A value lies there behind its version (16 hex digits); beside the values, a sorted set of the keys, for lists in order, and
// one of when those that expire do so: each write takes some of those that have out of both.
// Conditions are decided by a script, in Redis itself, so that they hold among all nodes that share it.

import { createClient, ErrorReply, RESP_TYPES } from 'redis'
import { WippyError } from '../error.ts'
import * as faults from './store.ts'
import { type ListOptions, type Page, type PutOptions, type Store, type Stored, storeFailed, storeLost, storeUnavailable } from './store.ts'

export type RedisOptions = {
  readonly host: string
  readonly port: number
  readonly database: number
  readonly username: string
  readonly password: string
  readonly tls: boolean
  /** Before every key. */
  readonly prefix: string
  readonly connectMs: number
  /** How long an answer is waited for. */
  readonly commandMs: number
  /** Commands that may be under way. */
  readonly queue: number
}

const VERSION_DIGITS = 16
const LISTED = 64 // keys whose values are fetched at once
const SWEPT = 4 // keys that have expired, with each write: more than a write adds
const RECONNECT_MS = { first: 50, longest: 2000 } as const

// KEYS: the value, the index, the counter, the expiries · ARGV: key, value, ttl in ms, "absent", the version that must be there, what values begin with
const PUT = `
local before = redis.call('GET', KEYS[1])
if ARGV[4] ~= '' and before then return 'exists' end
if ARGV[5] ~= '' then
  if not before then return 'none' end
  if string.sub(before, 1, ${VERSION_DIGITS}) ~= ARGV[5] then return 'conflict' end
end
local version = string.format('%0${VERSION_DIGITS}x', redis.call('INCR', KEYS[3]))
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if ARGV[3] == '0' then
  redis.call('SET', KEYS[1], version .. ARGV[2])
  redis.call('ZREM', KEYS[4], ARGV[1])
else
  redis.call('SET', KEYS[1], version .. ARGV[2], 'PX', ARGV[3])
  redis.call('ZADD', KEYS[4], now + ARGV[3], ARGV[1])
end
redis.call('ZADD', KEYS[2], 0, ARGV[1])
for _, key in ipairs(redis.call('ZRANGEBYSCORE', KEYS[4], '-inf', now, 'LIMIT', 0, ${SWEPT})) do
  if redis.call('EXISTS', ARGV[6] .. key) == 0 then
    redis.call('ZREM', KEYS[4], key)
    redis.call('ZREM', KEYS[2], key)
  end
end
return version`

const DELETE = `
redis.call('ZREM', KEYS[2], ARGV[1])
redis.call('ZREM', KEYS[3], ARGV[1])
return redis.call('DEL', KEYS[1])`

// KEYS: the index · ARGV: what values begin with, keys; one that was put again meanwhile stays
const FORGET = `
for at = 2, #ARGV do
  if redis.call('EXISTS', ARGV[1] .. ARGV[at]) == 0 then redis.call('ZREM', KEYS[1], ARGV[at]) end
end`

const refusals: Readonly<Record<string, () => WippyError>> = {
  exists: () => faults.keyExists('key already exists'),
  none: () => faults.keyNotFound('key not found'),
  conflict: () => faults.versionMismatch('version mismatch'),
}

/** What the client throws when nothing was sent. */
const UNSENT = new Set(['ClientOfflineError', 'ClientClosedError', 'ConnectionTimeoutError', 'ReconnectStrategyError'])

const redisFault = (error: unknown): WippyError => {
  if (error instanceof WippyError) return error
  const { message, code } = error as Error & { code?: string }
  if (error instanceof ErrorReply) {
    if (/^(?:NOAUTH|WRONGPASS|NOPERM)/.test(message)) {
      return new WippyError('STORE_LOGIN', 'PermissionDenied', message.split(' ')[0]!, { retryable: false })
    }
    if (message.startsWith('OOM')) return faults.storeFull('Redis is out of memory')
    return /^(?:LOADING|BUSY|MASTERDOWN|READONLY)/.test(message) ? storeUnavailable(message) : storeFailed(message)
  }
  const isUnsent =
    UNSENT.has((error as Error).constructor.name) || code === 'ECONNREFUSED' || code === 'ENOTFOUND' || /queue is full/.test(message)
  return (isUnsent ? storeUnavailable : storeLost)(code ? `${code}: ${message}` : message)
}

const connect = ({ host, port, database, username, password, tls, connectMs, commandMs, queue }: RedisOptions) =>
  createClient({
    socket: {
      host,
      port,
      connectTimeout: connectMs,
      reconnectStrategy: (retries) => Math.min(RECONNECT_MS.first * 2 ** retries, RECONNECT_MS.longest),
      ...(tls ? { tls: true } : {}),
    },
    database,
    ...(username === '' ? {} : { username }),
    ...(password === '' ? {} : { password }),
    disableOfflineQueue: true,
    commandsQueueMaxLength: queue,
    commandOptions: { timeout: commandMs },
  }).withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer })

export class RedisStore implements Store {
  readonly info = { backend: 'redis', consistency: 'linearizable', durable: false, versioned: true } as const
  readonly #client: ReturnType<typeof connect>
  readonly #prefix: string
  readonly #connected: Promise<unknown>
  #fault: unknown = null

  constructor(options: RedisOptions) {
    this.#prefix = options.prefix
    this.#client = connect(options)
    this.#client.on('error', (error) => {
      this.#fault = error
    })
    this.#connected = Promise.race([
      this.#client.connect(),
      // While it tries again and again, the first failure is what there is to tell.
      new Promise((_, reject) => this.#client.once('error', reject)),
    ])
    this.#connected.catch(() => {})
  }

  async ping(): Promise<void> {
    try {
      await this.#connected
      await this.#client.ping()
    } catch (error) {
      throw redisFault(error)
    }
  }

  async get(key: string): Promise<Stored | undefined> {
    const bytes = await this.#do(() => this.#client.get(this.#value(key)))
    return bytes === null ? undefined : storedOf(key, bytes as unknown as Buffer)
  }

  async put(key: string, value: Uint8Array, { ttlMs, onlyIfAbsent, ifVersion }: PutOptions): Promise<Stored> {
    const wanted = ifVersion === null ? '' : versionText(ifVersion)
    const answer = await this.#do(() =>
      this.#client.eval(PUT, {
        keys: [this.#value(key), this.#index, `${this.#prefix}version`, this.#expiries],
        arguments: [key, Buffer.from(value), String(Math.ceil(ttlMs)), onlyIfAbsent ? 'absent' : '', wanted, this.#value('')],
      }),
    )
    const version = String(answer)
    const refusal = refusals[version]
    if (refusal) throw refusal()
    return { key, value, version: String(BigInt(`0x${version}`)) }
  }

  async delete(key: string): Promise<boolean> {
    const count = await this.#do(() =>
      this.#client.eval(DELETE, { keys: [this.#value(key), this.#index, this.#expiries], arguments: [key] }),
    )
    return Number(count) > 0
  }

  /** Keys that have expired leave the index when a list comes across them. */
  async list({ prefix, after, limit, bytes }: ListOptions): Promise<Page> {
    const items: Stored[] = []
    const before = prefix === '' ? '+' : `(${prefix}\u{10ffff}`
    let from = after > prefix ? `(${after}` : `[${prefix}`
    let [taken, isOver] = [0, false]
    while (items.length <= limit && taken < bytes && !isOver) {
      const count = Math.min(limit + 1 - items.length, LISTED)
      const found = await this.#do(() => this.#client.zRangeByLex(this.#index, from, before, { LIMIT: { offset: 0, count } }))
      isOver = found.length < count
      for (const stored of found.length === 0 ? [] : await this.#present(found.map(String))) {
        items.push(stored)
        taken += stored.value.length
      }
      from = `(${String(found.at(-1))}`
    }
    return { items: items.slice(0, limit), hasMore: items.length > limit || !isOver }
  }

  /** What there is of these keys; the others leave the index. */
  async #present(keys: readonly string[]): Promise<readonly Stored[]> {
    const values = await this.#do(() => this.#client.mGet(keys.map((key) => this.#value(key))))
    const gone = keys.filter((_, at) => values[at] === null)
    if (gone.length > 0) await this.#do(() => this.#client.eval(FORGET, { keys: [this.#index], arguments: [this.#value(''), ...gone] }))
    return keys.flatMap((key, at) => (values[at] === null ? [] : [storedOf(key, values[at] as unknown as Buffer)]))
  }

  /** Commands under way are answered first. */
  async close(): Promise<void> {
    if (this.#client.isReady) await this.#client.close()
    else if (this.#client.isOpen) this.#client.destroy()
  }

  get #index(): string {
    return `${this.#prefix}keys`
  }

  get #expiries(): string {
    return `${this.#prefix}expiries`
  }

  #value(key: string): string {
    return `${this.#prefix}value:${key}`
  }

  async #do<T>(work: () => Promise<T>): Promise<T> {
    try {
      if (!this.#client.isReady && this.#fault === null) await this.#connected
      return await work()
    } catch (error) {
      throw redisFault(error)
    }
  }
}

const versionText = (version: string): string => BigInt(version).toString(16).padStart(VERSION_DIGITS, '0')

const storedOf = (key: string, bytes: Buffer): Stored => ({
  key,
  version: String(BigInt(`0x${bytes.toString('latin1', 0, VERSION_DIGITS)}`)),
  value: bytes.subarray(VERSION_DIGITS),
})
