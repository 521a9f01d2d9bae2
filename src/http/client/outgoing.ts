// A request as Lua describes it, read into what is sent.

import { Kind, WippyError } from '../../error.ts'
import { isFields } from '../../registry/entry.ts'
import { parseDuration } from '../../registry/units.ts'
import { outgoingUrl } from '../../service/outgoing.ts'
import type { Caller } from '../../service/service.ts'
import { HEADER_NAME, HEADER_VALUE, OWN_HEADERS } from '../header.ts'

export type Tls = {
  readonly cert?: string
  readonly key?: string
  readonly ca?: string
  readonly servername?: string
  readonly rejectUnauthorized: boolean
}

export type Outgoing = {
  readonly method: string
  readonly url: URL
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>
  readonly body: Uint8Array | null
  readonly timeoutMs: number
  readonly mostBytes: number
  readonly isStream: boolean
  readonly unixSocket: string | null
  readonly tls: Tls
}

const TIMEOUT_MS = 30_000
const LONGEST_MS = 3_600_000
const BODY = 8 * 1024 ** 2
const LARGEST_BODY = 120 * 1024 ** 2

const invalid = (message: string): WippyError => new WippyError('HTTP_CLIENT_ARGUMENT', Kind.Invalid, message, { retryable: false })

const overlays = (): WippyError => invalid('this runtime has no overlay networks')

/** Whoever was to reach others through an overlay reaches nobody without it. Throws HTTP_CLIENT_ARGUMENT. */
export const noOverlay = ({ context }: Pick<Caller, 'context'>): void => {
  if (context.overlay !== undefined) throw overlays()
}

const bytesOf = (value: unknown): Uint8Array => (value instanceof Uint8Array ? value : Buffer.from(String(value)))

/** Entries of a table of texts. */
const textsIn = (options: Readonly<Record<string, unknown>>, key: string): [string, string][] => {
  const table = options[key]
  if (table === undefined || table === null) return []
  if (Array.isArray(table) && table.length === 0) return []
  if (!isFields(table)) throw invalid(`${key} is a table of names and texts`)
  return Object.entries(table).map(([name, value]) => {
    if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') throw invalid(`${key}.${name} is no text`)
    return [name, String(value)]
  })
}

const timeoutOf = (value: unknown): number => {
  if (value === undefined || value === null) return TIMEOUT_MS
  const ms = typeof value === 'number' ? value * 1000 : parseDuration(value)
  return ms > 0 ? Math.min(ms, LONGEST_MS) : TIMEOUT_MS
}

/** The body, and what it is. */
const bodyOf = async (options: Readonly<Record<string, unknown>>): Promise<readonly [Uint8Array | null, string | null]> => {
  const form = textsIn(options, 'form')
  const files = Array.isArray(options.files) ? options.files.filter(isFields) : []
  if (files.length > 0) {
    const data = new FormData()
    for (const [name, value] of form) data.append(name, value)
    for (const { name, filename, content, content_type: type } of files) {
      if (typeof name !== 'string' || name === '') throw invalid('a file needs the name of its field')
      const options = { type: typeof type === 'string' ? type : 'application/octet-stream' }
      data.append(name, new File([bytesOf(content ?? '') as BlobPart], String(filename ?? ''), options))
    }
    const encoded = new Response(data)
    return [new Uint8Array(await encoded.arrayBuffer()), encoded.headers.get('content-type')]
  }
  if (form.length > 0) return [Buffer.from(new URLSearchParams(form).toString()), 'application/x-www-form-urlencoded']
  return [options.body === undefined || options.body === null ? null : bytesOf(options.body), null]
}

/** Headers that may be given, names in lower case. Throws HTTP_CLIENT_ARGUMENT. */
export const readHeaders = (options: Readonly<Record<string, unknown>>): Map<string, string> => {
  const headers = new Map<string, string>()
  for (const [name, value] of textsIn(options, 'headers')) {
    const lower = name.toLowerCase()
    if (!HEADER_NAME.test(name)) throw invalid(`"${name.slice(0, 100)}" is no name of a header`)
    if (!HEADER_VALUE.test(value)) throw invalid(`the value of header "${name}" has characters that no header can have`)
    if (lower !== 'host' && !OWN_HEADERS.has(lower)) headers.set(lower, value)
  }
  return headers
}

const headersOf = (options: Readonly<Record<string, unknown>>, type: string | null): Map<string, string> => {
  const headers = new Map<string, string>([...(type === null ? [] : [['content-type', type] as const]), ...readHeaders(options)])
  const cookies = textsIn(options, 'cookies')
  for (const [name, value] of cookies)
    if (!HEADER_NAME.test(name) || /[;\s,]/.test(value)) throw invalid(`"${name.slice(0, 100)}" is no cookie`)
  if (cookies.length > 0) headers.set('cookie', cookies.map(([name, value]) => `${name}=${value}`).join('; '))
  const { auth } = options
  if (isFields(auth)) headers.set('authorization', `Basic ${Buffer.from(`${auth.user ?? ''}:${auth.pass ?? ''}`).toString('base64')}`)
  return headers
}

const tlsOf = (options: Readonly<Record<string, unknown>>): Tls => {
  const tls = isFields(options.tls) ? options.tls : {}
  const text = (key: string): string | undefined => (typeof tls[key] === 'string' ? tls[key] : undefined)
  const [cert, key, ca, servername] = [text('cert'), text('key'), text('ca'), text('server_name')]
  return {
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    ...(ca !== undefined && { ca }),
    ...(servername !== undefined && { servername }),
    rejectUnauthorized: tls.insecure_skip_verify !== true,
  }
}

/** Throws URL_INVALID, HTTP_CLIENT_ARGUMENT, DURATION_INVALID. */
export const readOutgoing = async (method: unknown, address: unknown, given: unknown): Promise<Outgoing> => {
  const options = isFields(given) ? given : {}
  if (typeof method !== 'string' || !HEADER_NAME.test(method) || method.length > 32) throw invalid('this is no method of HTTP')
  if (typeof options.overlay_network === 'string') throw overlays()
  const [body, type] = await bodyOf(options)
  const most = options.max_response_body
  return {
    method: method.toUpperCase(),
    url: outgoingUrl(String(address)),
    headers: headersOf(options, type),
    body,
    timeoutMs: timeoutOf(options.timeout),
    mostBytes: typeof most === 'number' && most > 0 ? Math.min(most, LARGEST_BODY) : BODY,
    isStream: options.stream === true,
    unixSocket: typeof options.unix_socket === 'string' ? options.unix_socket : null,
    tls: tlsOf(options),
  }
}
