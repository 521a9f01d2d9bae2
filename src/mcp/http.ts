// Sessions over HTTP (Streamable HTTP), for agents that cannot be given standard input: on this machine alone, behind a token.
//
//   H1 It listens on 127.0.0.1. A request names that host in its Host header and, if it has one, in its Origin: a page in a browser that made
//      its own name point here gets nothing.
//   H2 Nothing is read of a request without the token.
//   H3 Bounded: bytes of a request, connections, sessions; one that was not used for half an hour ends.

import { randomUUID } from 'node:crypto'
import { createServer, type Server as HttpServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Server } from '@modelcontextprotocol/sdk/server/index.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import { isInitializeRequest } from '@modelcontextprotocol/sdk/types.js'
import { type Admits, SHORTEST_TOKEN, tokenCheck } from '../control/token.ts'
import { Kind, WippyError } from '../error.ts'

const HOST = '127.0.0.1'
const PATH = '/mcp'
const BODY_BYTES = 1024 ** 2
const CONNECTIONS = 64
const SESSIONS = 16
const IDLE_MS = 30 * 60_000
const LOOK_MS = 60_000
const HEADERS_MS = 10_000
const REQUEST_MS = 30_000

export type McpHttpOptions = {
  /** 0: any that is free. */
  readonly port: number
  readonly token: string
  /** A server for one more session. */
  readonly session: () => Server
  readonly report: (error: unknown) => void
}

export type McpHttp = { readonly url: string; close(): Promise<void> }

type Session = { readonly transport: StreamableHTTPServerTransport; usedAt: number }

/** A request that is not taken, as HTTP says it. */
class Refusal {
  readonly status: number
  readonly message: string
  readonly headers: Readonly<Record<string, string>>

  constructor(status: number, message: string, headers: Readonly<Record<string, string>> = {}) {
    this.status = status
    this.message = message
    this.headers = headers
  }
}

const refuse = (response: ServerResponse, { status, message, headers }: Refusal): void => {
  if (response.headersSent) {
    response.destroy()
    return
  }
  const body = JSON.stringify({ jsonrpc: '2.0', error: { code: -32000, message }, id: null })
  response.writeHead(status, { ...headers, 'content-type': 'application/json', connection: 'close' }).end(body)
}

/** The body as JSON; undefined when there is none. Throws Refusal. */
const bodyOf = async (request: IncomingMessage): Promise<unknown> => {
  if (Number(request.headers['content-length'] ?? 0) > BODY_BYTES) throw tooLarge()
  const pieces: Buffer[] = []
  let size = 0
  for await (const piece of request as AsyncIterable<Buffer>) {
    size += piece.length
    if (size > BODY_BYTES) throw tooLarge()
    pieces.push(piece)
  }
  try {
    return JSON.parse(Buffer.concat(pieces).toString())
  } catch {
    throw new Refusal(400, 'the body is no JSON')
  }
}
const tooLarge = (): Refusal => new Refusal(413, `a request has at most ${BODY_BYTES} bytes`)

const headerOf = (request: IncomingMessage, name: string): string => {
  const value = request.headers[name]
  return typeof value === 'string' ? value : ''
}

class Endpoint {
  readonly #options: McpHttpOptions
  readonly #admits: Admits
  readonly #sessions = new Map<string, Session>()
  readonly #sweeping: NodeJS.Timeout
  #hosts: readonly string[] = []

  constructor(options: McpHttpOptions, admits: Admits) {
    this.#options = options
    this.#admits = admits
    this.#sweeping = setInterval(() => this.#sweep(), LOOK_MS).unref()
  }

  /** The names under which it is reached. */
  set port(port: number) {
    this.#hosts = [`${HOST}:${port}`, `localhost:${port}`]
  }

  readonly serve = (request: IncomingMessage, response: ServerResponse): void => {
    this.#serve(request, response).catch((error: unknown) => {
      if (!(error instanceof Refusal)) this.#options.report(error)
      refuse(response, error instanceof Refusal ? error : new Refusal(500, 'this failed within the runtime'))
    })
  }

  async close(): Promise<void> {
    clearInterval(this.#sweeping)
    await Promise.all([...this.#sessions.values()].map(({ transport }) => transport.close()))
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#check(request)
    const id = headerOf(request, 'mcp-session-id')
    const body = request.method === 'POST' ? await bodyOf(request) : undefined
    const transport = id === '' && isInitializeRequest(body) ? await this.#begin() : this.#known(id)
    await transport.handleRequest(request, response, body)
    if (transport.sessionId === undefined) await transport.close() // it was no beginning after all
  }

  /** Throws Refusal for a request that has no business here. */
  #check(request: IncomingMessage): void {
    const origin = headerOf(request, 'origin')
    if (!this.#hosts.includes(headerOf(request, 'host'))) throw new Refusal(403, 'this host is not served here')
    if (origin !== '' && !this.#hosts.some((host) => origin === `http://${host}`)) throw new Refusal(403, 'this origin may not ask here')
    if (request.url?.split('?')[0] !== PATH) throw new Refusal(404, `there is nothing here but ${PATH}`)
    const [, token = ''] = /^Bearer (.+)$/i.exec(headerOf(request, 'authorization')) ?? []
    if (!this.#admits(token)) throw new Refusal(401, 'the token is missing or wrong', { 'www-authenticate': 'Bearer' })
  }

  #known(id: string): StreamableHTTPServerTransport {
    const session = this.#sessions.get(id)
    if (session === undefined) throw id === '' ? new Refusal(400, 'begin with initialize') : new Refusal(404, 'this session has ended')
    session.usedAt = Date.now()
    return session.transport
  }

  async #begin(): Promise<StreamableHTTPServerTransport> {
    if (this.#sessions.size >= SESSIONS) throw new Refusal(429, `there are ${SESSIONS} sessions already`)
    const id = randomUUID()
    const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: () => id })
    this.#sessions.set(id, { transport, usedAt: Date.now() })
    transport.onclose = () => this.#sessions.delete(id)
    await this.#options.session().connect(transport as Transport)
    return transport
  }

  #sweep(): void {
    for (const { transport, usedAt } of this.#sessions.values()) {
      if (Date.now() - usedAt > IDLE_MS) transport.close().catch(this.#options.report)
    }
  }
}

const listening = (server: HttpServer, port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    const taken = (cause: NodeJS.ErrnoException): void => {
      const hint = cause.code === 'EADDRINUSE' ? 'Choose another port, or 0 for any that is free.' : undefined
      reject(new WippyError('MCP_LISTEN', Kind.Unavailable, `${HOST}:${port} cannot be listened on: ${cause.message}`, { hint }))
    }
    server.once('error', taken)
    server.listen(port, HOST, () => {
      server.off('error', taken)
      resolve((server.address() as { readonly port: number }).port)
    })
  })

/** Begins to listen. Throws MCP_TOKEN, MCP_LISTEN. */
export const serveHttp = async (options: McpHttpOptions): Promise<McpHttp> => {
  if (options.token.length < SHORTEST_TOKEN) {
    const hint = `Set WIPPY_MCP_TOKEN to at least ${SHORTEST_TOKEN} characters that nobody can guess, or leave it out.`
    throw new WippyError('MCP_TOKEN', Kind.Invalid, 'the token is too short', { hint })
  }
  const endpoint = new Endpoint(options, await tokenCheck(options.token))
  const server = createServer({ headersTimeout: HEADERS_MS, requestTimeout: REQUEST_MS }, endpoint.serve)
  server.maxConnections = CONNECTIONS
  const port = await listening(server, options.port)
  endpoint.port = port
  const close = async (): Promise<void> => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()))
    await endpoint.close()
    server.closeAllConnections()
    await closed
  }
  return { url: `http://${HOST}:${port}${PATH}`, close }
}
