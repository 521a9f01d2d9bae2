// One request, as middleware and handlers see it, and its answer.

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Clock } from '../clock.ts'
import type { Trace } from '../otel/tracing.ts'
import type { Context } from '../service/service.ts'
import { Answer, type Head } from './answer.ts'
import { Body } from './body.ts'
import type { OnDrain } from './generation.ts'
import { remoteOf } from './remote.ts'
import type { Room } from './room.ts'
import type { ServerLimits, ServerTimeouts } from './server-entry.ts'

const NOBODY: Context = { values: {} }

export type ExchangeOptions = {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly limits: ServerLimits
  readonly room: Room
  readonly timeouts: ServerTimeouts
  readonly clock: Clock
  readonly onDrain: OnDrain
}

export class Exchange {
  readonly body: Body
  readonly answer: Answer
  readonly method: string
  /** As the client wrote it, without the query. */
  readonly path: string
  /** Without its question mark. */
  readonly query: string
  /** Address and port of the client; the address alone, when a proxy told it. */
  remote: string
  /** What its route may do: for what the server itself does. */
  own: Context = NOBODY
  /** What a handler may do: what its route may, or its client. */
  context: Context = NOBODY
  /** Entry and parameters of the route it takes. */
  endpoint = ''
  params: Readonly<Record<string, string>> = {}
  /** Answers with a file that the handler has named in its head; null where that means nothing. */
  handOver: ((path: string, name: string, headers: Head['headers']) => Promise<void>) | null = null
  /** Has its connection stay open, by a header that the handler has named in its head, in lower case; null where none means that. */
  relays: Map<string, (said: string) => void> | null = null
  /** Where in a trace it is; null when it is in none. */
  trace: Trace | null = null
  /** Whether somebody else goes on with its answer: it is no request at work any more. */
  isRelayed = false
  /** Has `leave` called when the server is to end, until what is returned is called. */
  readonly onDrain: OnDrain
  readonly #request: IncomingMessage

  constructor({ request, response, limits, room, timeouts, clock, onDrain }: ExchangeOptions) {
    this.#request = request
    this.onDrain = onDrain
    this.body = new Body({ request, response, most: limits.bodyBytes, room })
    const url = request.url ?? '/'
    const mark = url.indexOf('?')
    this.method = request.method ?? 'GET'
    this.path = mark < 0 ? url : url.slice(0, mark)
    this.query = mark < 0 ? '' : url.slice(mark + 1)
    const { remoteAddress = '', remotePort = 0 } = request.socket
    this.remote = remoteOf(remoteAddress, remotePort)
    const { method, body } = this
    this.answer = new Answer({ response, method, body, clock, writeMs: timeouts.writeMs })
  }

  /** Values of a header, joined; undefined when there is none. */
  header(name: string): string | undefined {
    const value = this.#request.headers[name.toLowerCase()]
    return Array.isArray(value) ? value.join(', ') : value
  }

  /** All headers by their names in lower case. */
  get headers(): IncomingMessage['headers'] {
    return this.#request.headers
  }
}
