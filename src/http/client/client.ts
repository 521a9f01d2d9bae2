// Requests that processes send to others.
//
//   C1 Each place a request is sent to was allowed: the first, and every one that an answer names instead.
//   C2 What was given for one origin (authorization, cookies) does not go to another.
//   C3 An answer is bounded, after it is decompressed as well; a request is over when its time is, or its process.

import { type ClientRequest, type IncomingMessage, request as plainRequest, type RequestOptions } from 'node:http'
import { request as secureRequest } from 'node:https'
import type { LookupFunction } from 'node:net'
import type { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import type { Clock } from '../../clock.ts'
import { Kind, WippyError } from '../../error.ts'
import { whenGone } from '../../gone.ts'
import { outgoingUrl } from '../../service/outgoing.ts'
import type { Permits } from '../../service/permit.ts'
import type { Doer } from '../../service/service.ts'
import { Agents, type Pinned } from './agents.ts'
import type { Outgoing } from './outgoing.ts'
import { type Lookup, reach, type Target } from './reach.ts'

const MOST_REDIRECTS = 10
const REDIRECTS = [301, 302, 303, 307, 308]
const SECRETS = ['authorization', 'cookie', 'proxy-authorization']
const HEADER_BYTES = 64 * 1024

export type Answer = {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  /** Where it came from in the end. */
  readonly url: string
  /** Its bytes as they come, decompressed. */
  readonly body: Readable
  /** Gives up what has not come. */
  readonly cut: () => void
}

export type ClientOptions = { readonly permits: Permits; readonly clock: Clock; readonly lookup: Lookup }

const failed = (url: URL, cause: unknown): WippyError => {
  if (cause instanceof WippyError) return cause
  const { code = '', message } = cause as NodeJS.ErrnoException
  return new WippyError('HTTP_REQUEST_FAILED', Kind.Internal, `request to ${url.origin} failed: ${message || code}`, {
    retryable: true,
    cause,
  })
}

const late = (url: URL, ms: number): WippyError =>
  new WippyError('HTTP_REQUEST_LATE', Kind.Timeout, `request to ${url.origin} took longer than ${ms} ms`, { retryable: true })

const tooLarge = (most: number): WippyError =>
  new WippyError('HTTP_ANSWER_TOO_LARGE', Kind.Internal, `response body too large (max ${most} bytes)`, { retryable: false })

/** What work comes to; fails with the reason of the signal as soon as that is raised. */
const unlessRaised = <T>(signal: AbortSignal, work: Promise<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    const forget = whenGone(signal, () => reject(signal.reason))
    work.finally(forget).then(resolve, reject)
  })

/** A lookup that knows only these. */
export const pinned =
  (targets: readonly Target[]): LookupFunction =>
  (_host, options, callback) => {
    if (options.all) callback(null, [...targets])
    else callback(null, targets[0]!.address, targets[0]!.family)
  }

export class HttpClient {
  readonly #options: ClientOptions
  readonly #agents = new Agents()

  constructor(options: ClientOptions) {
    this.#options = options
  }

  /** Sends a request, and where its answers lead. Throws PERMISSION_DENIED, HTTP_HOST_UNKNOWN, HTTP_REQUEST_FAILED, HTTP_REQUEST_LATE. */
  async send(doer: Doer, first: Outgoing, signal: AbortSignal): Promise<Answer> {
    let outgoing = first
    for (let hops = 0; ; hops++) {
      const answer = await this.#once(doer, outgoing, signal)
      const next = first.unixSocket === null ? redirected(outgoing, answer) : null
      if (next === null) return answer
      answer.cut()
      if (hops >= MOST_REDIRECTS) throw failed(first.url, new Error(`more than ${MOST_REDIRECTS} redirects`))
      this.#options.permits.need(doer, { action: 'http_client.request', resource: next.url.href, meta: { method: next.method } })
      outgoing = next
    }
  }

  close(): void {
    this.#agents.close()
  }

  async #once(doer: Doer, outgoing: Outgoing, signal: AbortSignal): Promise<Answer> {
    const { url, unixSocket, tls } = outgoing
    const { permits, lookup } = this.#options
    const demand = (address: string): void => permits.need(doer, { action: 'http_client.private_ip', resource: address })
    const targets = unixSocket === null ? await unlessRaised(signal, reach(url.hostname, lookup, demand)) : []
    const isSecure = url.protocol === 'https:'
    const options: RequestOptions & Pinned = {
      method: outgoing.method,
      path: `${url.pathname}${url.search}`,
      headers: headersFor(outgoing),
      agent: this.#agents.for(url),
      signal,
      maxHeaderSize: HEADER_BYTES,
      targets,
      ...(unixSocket === null
        ? { host: url.hostname.replace(/^\[|\]$/g, ''), port: url.port || (isSecure ? 443 : 80), lookup: pinned(targets) }
        : { socketPath: unixSocket }),
      ...(isSecure && tls),
    }
    const request = isSecure ? secureRequest(options) : plainRequest(options)
    const message = await exchanged(request, outgoing, signal)
    return answerOf(message, outgoing)
  }
}

const headersFor = ({ url, headers, body, method }: Outgoing): Record<string, string> => ({
  host: url.host,
  'user-agent': 'wippy',
  'accept-encoding': 'gzip',
  ...Object.fromEntries(headers),
  ...(body !== null || ['POST', 'PUT', 'PATCH'].includes(method) ? { 'content-length': String(body?.length ?? 0) } : {}),
})

const exchanged = (request: ClientRequest, { url, body }: Outgoing, signal: AbortSignal): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    request.once('response', resolve)
    request.on('error', (error) => reject(signal.aborted ? signal.reason : failed(url, error)))
    request.on('upgrade', (_message, socket) => socket.destroy())
    request.end(body ?? undefined)
  })

const answerOf = (message: IncomingMessage, { url, headers, method }: Outgoing): Answer => {
  const isPacked = message.headers['content-encoding'] === 'gzip' && !headers.has('accept-encoding') && method !== 'HEAD'
  const body = isPacked ? message.pipe(createGunzip()) : message
  if (isPacked) message.on('error', (error) => body.destroy(error))
  body.on('error', () => {}) // who reads it hears of it
  const { 'content-encoding': _encoding, 'content-length': _length, ...rest } = message.headers
  const cut = (): void => void message.destroy()
  return { status: message.statusCode ?? 0, headers: isPacked ? rest : message.headers, url: url.href, body, cut }
}

/** The request that an answer sends one to; null when it does not. Throws URL_INVALID. */
const redirected = (outgoing: Outgoing, { status, headers }: Answer): Outgoing | null => {
  const { location } = headers
  if (!REDIRECTS.includes(status) || location === undefined) return null
  const url = outgoingUrl(URL.canParse(location, outgoing.url) ? new URL(location, outgoing.url).href : location)
  const { method } = outgoing
  const isGet = status === 303 ? method !== 'HEAD' : method === 'POST' && status < 303
  const dropped = [...(isGet ? ['content-type'] : []), ...(url.origin === outgoing.url.origin ? [] : SECRETS)]
  return {
    ...outgoing,
    url,
    method: isGet ? 'GET' : method,
    body: isGet ? null : outgoing.body,
    headers: new Map([...outgoing.headers].filter(([name]) => !dropped.includes(name))),
    tls: url.origin === outgoing.url.origin ? outgoing.tls : { rejectUnauthorized: true },
  }
}

/** All bytes of an answer. Throws HTTP_ANSWER_TOO_LARGE, and when it breaks off. */
export const wholeBody = async ({ body, cut }: Answer, { url, mostBytes }: Outgoing): Promise<Uint8Array> => {
  const chunks: Uint8Array[] = []
  let bytes = 0
  try {
    for await (const chunk of body as AsyncIterable<Uint8Array>) {
      bytes += chunk.length
      if (bytes > mostBytes) throw tooLarge(mostBytes)
      chunks.push(chunk)
    }
  } catch (error) {
    cut()
    throw failed(url, error)
  }
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)
}

/** A signal that is raised after `ms`, with the error to tell; `done` forgets it. */
export const deadline = (clock: Clock, url: URL, ms: number): { readonly signal: AbortSignal; abort(): void; done(): void } => {
  const controller = new AbortController()
  const forget = clock.setTimer(ms, () => controller.abort(late(url, ms)))
  const canceled = new WippyError('HTTP_REQUEST_CANCELED', Kind.Canceled, 'the request was given up', { retryable: false })
  return { signal: controller.signal, abort: () => controller.abort(canceled), done: forget }
}
