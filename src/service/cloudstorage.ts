// The host half of `cloudstorage`, and the kinds behind it. A bucket is one right: who may have it may do in it what its account may.
//
//   config.aws       region, access_key_id, secret_access_key, session_token, each with `_env` too
//   cloudstorage.s3  bucket, config, endpoint (that of AWS when it is not given), path_style, timeout: 60s
//
//   C1 What entries say is read for each operation: a key that is exchanged counts from the next one on.
//   C2 A process has at most 16 operations under way; they end with it.

import type { Clock } from '../clock.ts'
import { Bucket, type Conditions, type Source } from '../cloud/bucket.ts'
import type { Listed } from '../cloud/listing.ts'
import type { Account, Place } from '../cloud/request.ts'
import { Kind, WippyError } from '../error.ts'
import type { State } from '../registry/change.ts'
import { type Entry, isFields, resolveId } from '../registry/entry.ts'
import { interpolate, type Lookup } from '../registry/interpolate.ts'
import type { Handler } from '../registry/kinds.ts'
import type { Registry } from '../registry/registry.ts'
import type { Call, Caller, Operation, Service } from './service.ts'
import { EntrySettings } from './settings.ts'
import type { Streams } from './streams.ts'

const MOST_AT_ONCE = 16
const TIMEOUT_MS = 60_000
const MOST_KEYS = 10_000 // of one call
const WEEK_S = 604_800 // the longest that an address can be signed for
const HOUR_S = 3_600
/** Headers that S3 keeps with an object, by what Lua calls them. */
const KEPT = ['content_type', 'cache_control', 'content_disposition', 'content_encoding'] as const
const HEADER_NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,256}$/
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/
/** Those of the request itself. */
const RESERVED = /^(?:host|authorization|content-length|transfer-encoding|connection|x-amz-date|x-amz-content-sha256|x-amz-security-token)$/

export type CloudStoragesOptions = {
  readonly registry: Registry
  readonly lookup: (state: State) => Lookup
  readonly clock: Clock
  readonly streams: Streams
}

const invalid = (message: string): WippyError => new WippyError('CLOUDSTORAGE_ARGUMENT', Kind.Invalid, message, { retryable: false })

const accountOf = (entry: Entry, lookup: Lookup): Omit<Account, 'accessKeyId' | 'secretAccessKey'> & Partial<Account> => {
  const settings = new EntrySettings(entry, interpolate(entry, lookup))
  const optional = (key: string): string | undefined => settings.text(key, '') || undefined
  const [accessKeyId, secretAccessKey, sessionToken] = [optional('access_key_id'), optional('secret_access_key'), optional('session_token')]
  return {
    region: settings.text('region'),
    ...(accessKeyId !== undefined && { accessKeyId }),
    ...(secretAccessKey !== undefined && { secretAccessKey }),
    ...(sessionToken !== undefined && { sessionToken }),
  }
}

type Described = { readonly config: Entry; readonly patienceMs: number; readonly urlIn: (region: string) => string }

/** What a `cloudstorage.s3` entry says. Throws ENTRY_FIELD, and as `interpolate`. */
const described = (entry: Entry, state: State, lookup: Lookup): Described => {
  const settings = new EntrySettings(entry, interpolate(entry, lookup))
  const bucket = settings.text('bucket')
  if (!/^[a-zA-Z0-9][\w.-]{1,254}$/.test(bucket)) throw settings.refuse('bucket', 'is no name of a bucket')
  const endpoint = settings.text('endpoint', '').replace(/\/+$/, '')
  if (endpoint !== '' && !(URL.canParse(endpoint) && /^https?:$/.test(new URL(endpoint).protocol))) {
    throw settings.refuse('endpoint', 'is no address', 'For example: https://s3.example.com.')
  }
  const isPath = settings.flag('path_style', endpoint !== '' || bucket.includes('.'))
  const id = resolveId(settings.text('config'), entry.ns)
  const config = state.get(id)
  if (config?.kind !== 'config.aws') throw settings.refuse('config', `names "${id}", which is no config.aws`)
  const urlIn = (region: string): string => {
    const { protocol, host, pathname } = new URL(endpoint || `https://s3.${region}.amazonaws.com`)
    const below = pathname.replace(/\/+$/, '')
    return isPath ? `${protocol}//${host}${below}/${bucket}` : `${protocol}//${bucket}.${host}${below}`
  }
  return { config, urlIn, patienceMs: settings.time('timeout', TIMEOUT_MS) }
}

const textIn = (value: unknown): string => (typeof value === 'string' ? value : '')

const keyOf = (value: unknown): string => {
  if (typeof value === 'string' && value !== '') return value
  throw invalid('a key is text, and not empty')
}

const conditionsOf = (ifMatch: unknown, ifNoneMatch: unknown): Conditions => ({
  ifMatch: textIn(ifMatch),
  ifNoneMatch: textIn(ifNoneMatch),
})

const headerOf = (name: string, value: unknown): readonly [string, string] => {
  const lower = name.toLowerCase()
  if (!HEADER_NAME.test(name) || RESERVED.test(lower)) throw invalid(`"${name.slice(0, 100)}" is no header that can be given`)
  if (typeof value !== 'string' || !HEADER_VALUE.test(value)) throw invalid(`header "${name}" has a value that no header can have`)
  return [lower, value]
}

/** What an upload sends beside its bytes. */
const headersOf = (options: unknown): Readonly<Record<string, string>> => {
  if (!isFields(options)) return {}
  const kept = KEPT.flatMap((name) => (textIn(options[name]) === '' ? [] : [headerOf(name.replace('_', '-'), options[name])]))
  const { metadata, headers } = options
  const described = isFields(metadata) ? Object.entries(metadata).map(([name, value]) => headerOf(`x-amz-meta-${name}`, value)) : []
  const raw = isFields(headers) ? Object.entries(headers).map(([name, value]) => headerOf(name, value)) : []
  return Object.fromEntries([...kept, ...described, ...raw])
}

const objectOf = ({ key, size, etag, storageClass, lastModified, versionId, owner }: Listed): Readonly<Record<string, unknown>> => ({
  key,
  size,
  content_type: '',
  etag,
  storage_class: storageClass,
  ...(lastModified > 0 && { last_modified: lastModified }),
  ...(versionId !== '' && { version_id: versionId }),
  ...(owner && { owner: { id: owner.id, display_name: owner.displayName } }),
})

const META = 'x-amz-meta-'

const headOf = (headers: Readonly<Record<string, string>>): Readonly<Record<string, unknown>> => {
  const { etag = '', 'content-length': size = '0', 'last-modified': modified = '', 'x-amz-version-id': version } = headers
  const seconds = Math.floor((Date.parse(modified) || 0) / 1000)
  const metadata = Object.entries(headers).filter(([name]) => name.startsWith(META))
  return {
    size: Number(size),
    etag,
    ...Object.fromEntries(KEPT.map((name) => [name, headers[name.replace('_', '-')] ?? ''])),
    storage_class: headers['x-amz-storage-class'] ?? '',
    ...(version !== undefined && { version_id: version }),
    ...(seconds > 0 && { last_modified: seconds }),
    metadata: Object.fromEntries(metadata.map(([name, value]) => [name.slice(META.length), value])),
    headers,
  }
}

const bytesOf = (value: unknown): Uint8Array => (value instanceof Uint8Array ? value : Buffer.from(String(value)))

const secondsOf = (value: unknown): number => {
  if (value === null || value === undefined) return HOUR_S
  if (Number.isSafeInteger(value) && Number(value) >= 1 && Number(value) <= WEEK_S) return Number(value)
  throw invalid(`expiration is a whole number of seconds, at most ${WEEK_S}`)
}

export class CloudStorages {
  readonly #options: CloudStoragesOptions
  readonly #active = new WeakMap<Caller, number>()

  readonly handler: Handler = {
    kinds: ['config.aws', 'cloudstorage.s3'],
    prepare: ({ kind, entry }, after) => {
      if (kind === 'entry.delete') return
      const lookup = this.#options.lookup(after)
      if (entry.kind === 'config.aws') accountOf(entry, lookup)
      else described(entry, after, lookup)
    },
  }

  constructor(options: CloudStoragesOptions) {
    this.#options = options
  }

  get service(): Service {
    return {
      name: 'cloudstorage',
      operations: {
        'cloudstorage.get': ({ target }) => {
          this.#place(target)
          return [true]
        },
        'cloudstorage.list': this.#on(async (bucket, { args: [prefix, limit, after, withOwner, withVersions] }) => {
          const { objects, next } = await bucket.list({
            prefix: textIn(prefix),
            limit: Number.isSafeInteger(limit) && Number(limit) > 0 ? Number(limit) : 0,
            after: textIn(after),
            withOwner: withOwner === true,
            withVersions: withVersions === true,
          })
          return [{ objects: objects.map(objectOf), is_truncated: next !== '', next_continuation_token: next }]
        }),
        'cloudstorage.head': this.#on(async (bucket, { args: [key] }) => [headOf(await bucket.head(keyOf(key)))]),
        'cloudstorage.download': this.#on(async (bucket, { caller, args: [key, stream, range, ifMatch, ifNoneMatch] }) => {
          const into = this.#options.streams.of(caller, stream)
          if (into.write === undefined) throw invalid('what is downloaded to cannot be written')
          await bucket.get(keyOf(key), textIn(range), conditionsOf(ifMatch, ifNoneMatch), into.write.bind(into))
          return [true]
        }),
        'cloudstorage.upload': this.#on(async (bucket, { caller, args: [key, data, stream, ifMatch, ifNoneMatch, options] }) => {
          const conditions = conditionsOf(ifMatch, ifNoneMatch)
          const headers = headersOf(options)
          if (data !== null && data !== undefined) await bucket.put(keyOf(key), bytesOf(data), headers, conditions)
          else await bucket.putAll(keyOf(key), this.#source(caller, stream), headers, conditions)
          return [true]
        }),
        'cloudstorage.delete': this.#on(async (bucket, { args: [keys] }) => {
          if (!Array.isArray(keys) || keys.length > MOST_KEYS) throw invalid(`keys are a list of at most ${MOST_KEYS}`)
          await bucket.delete(keys.map(keyOf))
          return [true]
        }),
        'cloudstorage.presign_get': this.#on(async (bucket, { args: [key, expiration] }) => [
          await bucket.presign(keyOf(key), { method: 'GET', seconds: secondsOf(expiration), headers: {} }),
        ]),
        'cloudstorage.presign_put': this.#on(async (bucket, { args: [key, expiration, type, length] }) => {
          const headers = {
            ...(textIn(type) !== '' && { 'content-type': textIn(type) }),
            ...(Number.isSafeInteger(length) && Number(length) > 0 && { 'content-length': String(length) }),
          }
          return [await bucket.presign(keyOf(key), { method: 'PUT', seconds: secondsOf(expiration), headers })]
        }),
      },
    }
  }

  #on(act: (bucket: Bucket, call: Call) => Promise<readonly unknown[]>): Operation {
    return async (call) => {
      const { caller, target } = call
      const active = this.#active.get(caller) ?? 0
      if (active >= MOST_AT_ONCE) {
        const message = `a process has at most ${MOST_AT_ONCE} operations on buckets under way`
        throw new WippyError('CLOUDSTORAGE_BUSY', Kind.RateLimited, message, { retryable: true })
      }
      const gone = new AbortController()
      this.#active.set(caller, active + 1)
      const forget = caller.onEnd(() => gone.abort())
      try {
        return await act(new Bucket(this.#place(target), gone.signal), call)
      } finally {
        forget()
        this.#active.set(caller, this.#active.get(caller)! - 1)
      }
    }
  }

  #source(caller: Caller, stream: unknown): Source {
    const from = this.#options.streams.of(caller, stream)
    if (from.read === undefined) throw invalid('what is uploaded cannot be read')
    return { read: from.read.bind(from) }
  }

  /** Throws CLOUDSTORAGE_UNKNOWN, CLOUDSTORAGE_KEYS. */
  #place(id: string): Place {
    const { registry, clock, lookup } = this.#options
    const { state } = registry.snapshot()
    const entry = state.get(id)
    if (entry === undefined)
      throw new WippyError('CLOUDSTORAGE_UNKNOWN', Kind.NotFound, `there is no storage "${id}"`, { retryable: false })
    if (entry.kind !== 'cloudstorage.s3')
      throw new WippyError('CLOUDSTORAGE_UNKNOWN', Kind.Invalid, `"${id}" is a ${entry.kind}`, { retryable: false })
    const { config, urlIn, patienceMs } = described(entry, state, lookup(state))
    const { region, accessKeyId, secretAccessKey, ...rest } = accountOf(config, lookup(state))
    if (accessKeyId === undefined || secretAccessKey === undefined) {
      const hint = 'Write access_key_id and secret_access_key, or access_key_id_env and secret_access_key_env.'
      throw new WippyError('CLOUDSTORAGE_KEYS', Kind.Invalid, `"${config.id}" has no keys`, { hint, retryable: false })
    }
    return { url: urlIn(region), account: { region, accessKeyId, secretAccessKey, ...rest }, patienceMs, clock }
  }
}
