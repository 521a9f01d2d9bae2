// The host half of `http_client`.

import type { Clock } from '../../clock.ts'
import { Kind, WippyError } from '../../error.ts'
import { traceparentOf } from '../../otel/span.ts'
import type { Tracing } from '../../otel/tracing.ts'
import type { Permits } from '../../service/permit.ts'
import type { Call, Caller, Operation, Service } from '../../service/service.ts'
import { readingStream, type Streams } from '../../service/streams.ts'
import { canonical } from '../header.ts'
import { type Answer, deadline, HttpClient, wholeBody } from './client.ts'
import { noOverlay, type Outgoing, readOutgoing } from './outgoing.ts'
import type { Lookup } from './reach.ts'

const MOST_AT_ONCE = 64 // requests of one process

export type ClientServiceOptions = {
  readonly permits: Permits
  readonly clock: Clock
  readonly streams: Streams
  readonly lookup: Lookup
  /** Null when nothing is traced. */
  readonly tracing: Tracing | null
}

const invalid = (message: string): WippyError => new WippyError('HTTP_CLIENT_ARGUMENT', Kind.Invalid, message, { retryable: false })

/** The first value of each header, under the name as Go writes it. */
const headersOf = ({ headers }: Answer): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => {
      const first = Array.isArray(value) ? value[0] : value
      return first === undefined ? [] : [[canonical(name), first]]
    }),
  )

const cookiesOf = ({ headers }: Answer): Record<string, string> =>
  Object.fromEntries(
    (headers['set-cookie'] ?? []).flatMap((line) => {
      const [, name, value] = /^\s*([^=;\s]+)=([^;]*)/.exec(line) ?? []
      return name === undefined ? [] : [[name, value ?? '']]
    }),
  )

export class ClientService {
  readonly #options: ClientServiceOptions
  readonly #client: HttpClient
  readonly #active = new WeakMap<Caller, number>()

  constructor(options: ClientServiceOptions) {
    this.#options = options
    this.#client = new HttpClient(options)
  }

  get service(): Service {
    const request: Operation = async ({ caller, target, args: [method, options] }) => [
      await this.#perform(caller, await readOutgoing(method, target, options)),
    ]

    const batch: Operation = async ({ caller, args: [list] }: Call) => {
      if (!Array.isArray(list) || list.length === 0) throw invalid('requests are a list')
      const read = await Promise.all(list.map((one) => readOutgoing(...(one as [unknown, unknown, unknown]))))
      if (read.some(({ isStream }) => isStream)) throw invalid('streaming not supported in batch requests')
      const settled = await Promise.allSettled(read.map((outgoing) => this.#perform(caller, outgoing)))
      return [settled.map((one) => (one.status === 'fulfilled' ? one.value : one.reason))]
    }

    return { name: 'http_client', operations: { 'http_client.request': request, 'http_client.batch': batch } }
  }

  close(): void {
    this.#client.close()
  }

  async #perform(caller: Caller, outgoing: Outgoing): Promise<Readonly<Record<string, unknown>>> {
    const { clock, streams } = this.#options
    noOverlay(caller)
    const active = this.#active.get(caller) ?? 0
    if (active >= MOST_AT_ONCE) {
      throw new WippyError('HTTP_CLIENT_BUSY', Kind.RateLimited, `a process has at most ${MOST_AT_ONCE} requests under way`, {
        retryable: true,
      })
    }
    this.#active.set(caller, active + 1)
    const { signal, abort, done } = deadline(clock, outgoing.url, outgoing.timeoutMs)
    const forget = caller.onEnd(abort)
    try {
      const answer = await this.#traced(caller, outgoing, (request) => this.#client.send(caller, request, signal))
      const { status, url } = answer
      const head = { status_code: status, url, headers: headersOf(answer), cookies: cookiesOf(answer) }
      if (outgoing.isStream) {
        return {
          ...head,
          body_size: -1,
          stream: streams.open(caller, readingStream(answer.body as AsyncIterable<Uint8Array>, -1, answer.cut)),
        }
      }
      const body = await wholeBody(answer, outgoing)
      return { ...head, body, body_size: body.length }
    } catch (error) {
      throw signal.aborted ? signal.reason : error
    } finally {
      done()
      forget()
      this.#active.set(caller, this.#active.get(caller)! - 1)
    }
  }

  /** Sends a request as a span, when who sends it is in a trace; its receiver is told. */
  async #traced(caller: Caller, outgoing: Outgoing, send: (outgoing: Outgoing) => Promise<Answer>): Promise<Answer> {
    const { tracing } = this.#options
    const parent = tracing?.http.enabled ? tracing.of(caller.pid) : null
    if (!tracing || !parent) return send(outgoing)
    const { method, url, headers } = outgoing
    const attributes = { 'http.method': method, 'http.url': `${url.origin}${url.pathname}` }
    const span = tracing.tracer.start({ name: `${method} ${url.host}`, kind: 'client', parent, attributes })
    try {
      const answer = await send(
        tracing.http.inject ? { ...outgoing, headers: new Map([['traceparent', traceparentOf(span.context)], ...headers]) } : outgoing,
      )
      span.end(answer.status >= 400 ? `status ${answer.status}` : null, { 'http.status_code': answer.status })
      return answer
    } catch (error) {
      span.end(String((error as Error).message))
      throw error
    }
  }
}
