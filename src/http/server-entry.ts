// `http.service` entries: what a server is made of.
//
//   addr:      ":8080" everywhere, "localhost:8080", "127.0.0.1:0" for any free port
//   timeouts:  { header: 10s, read: 5m, handler: 60s, write: 30s, idle: 60s, drain: 30s }
//   limits:    { header: 16KiB, body: 120MiB, bodies: 256MiB, requests: 1000, connections: 10000 }
//   tls:       { mode: manual, cert, key, client_auth: request | require_any | verify_if_given | require_and_verify, client_ca }

import type { TlsOptions } from 'node:tls'
import type { Entry } from '../registry/entry.ts'
import { interpolate, type Lookup } from '../registry/interpolate.ts'
import { EntrySettings } from '../service/settings.ts'

export type Address = { readonly host: string; readonly port: number }

export type ServerLimits = {
  /** Bytes of a request's line and headers: more is answered with 431. */
  readonly headerBytes: number
  /** Bytes of a body: more is answered with 413. */
  readonly bodyBytes: number
  /** Bytes of bodies that are held whole at once, of all requests: one more is answered with 503. */
  readonly bodiesBytes: number
  /** Requests at work at once: one more is answered with 503. */
  readonly requests: number
  /** Connections at once: one more is closed. */
  readonly connections: number
}

export type ServerTimeouts = {
  /** Until a request's headers are there: later is answered with 408. */
  readonly headerMs: number
  /** Until all of a request is there: later is answered with 408. */
  readonly readMs: number
  /** Until a handler begins its answer: later is answered with 504, and the handler is ended. */
  readonly handlerMs: number
  /** In which a client takes the next piece of an answer; one that does not loses its connection. */
  readonly writeMs: number
  /** For which a connection is kept without a request. */
  readonly idleMs: number
  /** For which what is under way may go on when its server is stopped or exchanged. */
  readonly drainMs: number
}

export type ServerSettings = {
  readonly address: Address
  readonly limits: ServerLimits
  readonly timeouts: ServerTimeouts
  readonly tls: (TlsOptions & { readonly demands: 'nothing' | 'any' | 'valid-if-given' }) | null
}

export const LIMITS: ServerLimits = {
  headerBytes: 16 * 1024,
  bodyBytes: 120 * 1024 ** 2,
  bodiesBytes: 256 * 1024 ** 2,
  requests: 1000,
  connections: 10_000,
}
export const TIMEOUTS: ServerTimeouts = {
  headerMs: 10_000,
  readMs: 300_000,
  handlerMs: 60_000,
  writeMs: 30_000,
  idleMs: 60_000,
  drainMs: 30_000,
}
const CLIENT_AUTH = ['request', 'require_any', 'verify_if_given', 'require_and_verify']

/** `host:port`, `:port` or `[IPv6]:port`; null for what is none. */
export const parseAddress = (text: string): Address | null => {
  const match = /^(?:\[([0-9a-fA-F:.%\w]+)\]|([^:\s]*)):(\d{1,5})$/.exec(text)
  const port = Number(match?.[3])
  return match && port <= 65_535 ? { host: match[1] ?? match[2] ?? '', port } : null
}

const addressOf = (settings: EntrySettings): Address => {
  const address = parseAddress(settings.text('addr'))
  if (address) return address
  throw settings.refuse('addr', 'is no address', 'For example ":8080", "localhost:8080" or "[::1]:8080".')
}

const tlsOf = (settings: EntrySettings): ServerSettings['tls'] => {
  const tls = settings.group('tls')
  const mode = tls.text('mode', '')
  const given = ['cert', 'key', 'client_auth', 'client_ca'].find((key) => tls.text(key, '') !== '')
  if (mode === '') {
    if (given !== undefined) throw tls.refuse(given, 'is there, but no mode', 'Write tls: { mode: manual, … }.')
    return null
  }
  if (mode !== 'manual') throw tls.refuse('mode', 'is not manual', 'Certificates are given under cert and key.')
  const auth = tls.text('client_auth', '')
  if (auth !== '' && !CLIENT_AUTH.includes(auth)) throw tls.refuse('client_auth', `is not ${CLIENT_AUTH.join(', ')}`)
  const ca = tls.text('client_ca', '')
  if (auth.includes('verify') && ca === '') throw tls.refuse('client_ca', 'is missing', 'Name who signs the certificates of clients.')
  return {
    cert: tls.text('cert'),
    key: tls.text('key'),
    ...(ca !== '' && { ca }),
    minVersion: 'TLSv1.2',
    requestCert: auth !== '',
    rejectUnauthorized: auth === 'require_and_verify',
    demands: auth === 'require_any' ? 'any' : auth === 'verify_if_given' ? 'valid-if-given' : 'nothing',
  }
}

/** What an entry says. Throws ENTRY_FIELD with its place, and as `interpolate`. */
export const serverSettings = (entry: Entry, lookup: Lookup): ServerSettings => {
  const settings = new EntrySettings(entry, interpolate(entry, lookup))
  if (settings.text('network', '') !== '') throw settings.refuse('network', 'names an overlay, which this runtime has none of')
  const timeouts = settings.group('timeouts')
  const limits = settings.group('limits')
  const time = (key: keyof ServerTimeouts): number => timeouts.time(key.slice(0, -2), TIMEOUTS[key]) || TIMEOUTS[key]
  return {
    address: addressOf(settings),
    limits: {
      headerBytes: limits.bytes('header', LIMITS.headerBytes),
      bodyBytes: limits.bytes('body', LIMITS.bodyBytes),
      bodiesBytes: limits.bytes('bodies', LIMITS.bodiesBytes),
      requests: limits.count('requests', LIMITS.requests),
      connections: limits.count('connections', LIMITS.connections),
    },
    timeouts: {
      headerMs: time('headerMs'),
      readMs: time('readMs'),
      handlerMs: time('handlerMs'),
      writeMs: time('writeMs'),
      idleMs: time('idleMs'),
      drainMs: time('drainMs'),
    },
    tls: tlsOf(settings),
  }
}
