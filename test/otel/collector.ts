// A collector of a test's own: what OTLP over HTTP brings, in JSON, and answers as the test likes.

import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

type Value = { stringValue?: string; intValue?: string; doubleValue?: number; boolValue?: boolean }
type Attributes = { key: string; value: Value }[]

export type ReceivedSpan = {
  traceId: string
  spanId: string
  parentSpanId?: string
  name: string
  kind: number
  startTimeUnixNano: string
  endTimeUnixNano: string
  attributes: Attributes
  status: { code: number; message?: string }
  events?: { name: string; attributes: Attributes }[]
}

export type Received = { readonly path: string; readonly headers: IncomingHttpHeaders; readonly body: Record<string, unknown> }

/** Attributes by their keys. */
export const plainAttributes = (attributes: Attributes): Record<string, unknown> =>
  Object.fromEntries(
    attributes.map(({ key, value }) => [key, value.intValue === undefined ? Object.values(value)[0] : Number(value.intValue)]),
  )

export class Collector {
  readonly received: Received[] = []
  /** How it answers. */
  answer: (response: ServerResponse) => void = (response) => response.end('{}')
  readonly #server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString())
      this.received.push({ path: request.url ?? '', headers: request.headers, body })
      this.answer(response)
    })
  })

  static async open(): Promise<Collector> {
    const collector = new Collector()
    collector.#server.listen(0, '127.0.0.1')
    await once(collector.#server, 'listening')
    return collector
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** Every span that came. */
  get spans(): ReceivedSpan[] {
    return this.received
      .filter(({ path }) => path === '/v1/traces')
      .flatMap(({ body }) => (body.resourceSpans as { scopeSpans: { spans: ReceivedSpan[] }[] }[]).flatMap(({ scopeSpans }) => scopeSpans))
      .flatMap(({ spans }) => spans)
  }

  close(): void {
    this.#server.closeAllConnections()
    this.#server.close()
  }
}
