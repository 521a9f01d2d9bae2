// An app that serves HTTP on a port of its own, and ways to talk to it.

import { connect, type Socket } from 'node:net'
import { type Draft, func, type StartOptions, type TestApp, withApp } from '../support/app.ts'

const MODULES = ['http', 'json', 'stream', 'time', 'logger', 'security', 'store', 'events']

/** A function that answers requests; `req` and `res` are there. */
export const handler = (code: string, more: Readonly<Record<string, unknown>> = {}): Draft =>
  func(
    `local http, json, time = require('http'), require('json'), require('time')
    return function() local req, res = assert(http.request()), assert(http.response()) ${code} end`,
    { modules: MODULES, ...more },
  )

export const endpoint = (path: string, name: string, more: Readonly<Record<string, unknown>> = {}): Draft => ({
  kind: 'http.endpoint',
  meta: { router: 'app:router' },
  method: 'GET',
  path,
  func: `app:${name}`,
  ...more,
})

/** A server on any free port, with a router at its root. */
export const gateway = (more: Readonly<Record<string, unknown>> = {}): Draft => ({
  kind: 'http.service',
  addr: '127.0.0.1:0',
  lifecycle: { auto_start: true },
  ...more,
})

export const router = (more: Readonly<Record<string, unknown>> = {}): Draft => ({
  kind: 'http.router',
  meta: { server: 'app:gateway' },
  ...more,
})

export class Served {
  readonly app: TestApp
  constructor(app: TestApp) {
    this.app = app
  }

  /** Where the gateway listens now. */
  get url(): string {
    const line = this.app.lines.findLast(({ message, source }) => message === 'listening' && source === 'app:gateway')
    if (!line) throw new Error(`it does not listen: ${this.app.node.problems.map(({ text }) => text).join(', ')}`)
    return String(line.fields.url)
  }

  get port(): number {
    return Number(new URL(this.url).port)
  }

  fetch(path: string, init: RequestInit = {}): Promise<Response> {
    return this.app.patient(fetch(`${this.url}${path}`, init), `${init.method ?? 'GET'} ${path}`)
  }

  /** Status and body. */
  async say(path: string, init: RequestInit = {}): Promise<readonly [number, string]> {
    const response = await this.fetch(path, init)
    return [response.status, (await response.text()).trimEnd()]
  }

  /** A connection of one's own. */
  open(): Promise<Wire> {
    return new Promise((resolve, reject) => {
      const socket = connect(this.port, '127.0.0.1', () => resolve(new Wire(this.app, socket)))
      socket.once('error', reject)
    })
  }
}

/** A connection that bytes are written to as one likes. */
class Wire {
  readonly socket: Socket
  readonly #app: TestApp
  received = ''
  isClosed = false

  constructor(app: TestApp, socket: Socket) {
    this.#app = app
    this.socket = socket
    socket.on('data', (chunk) => {
      this.received += chunk.toString('latin1')
    })
    socket.on('error', () => {})
    socket.on('close', () => {
      this.isClosed = true
    })
  }

  /** Sends, and resolves when what has been received since the beginning matches. */
  async say(text: string, until: RegExp): Promise<string> {
    this.socket.write(text)
    await this.#app.until(() => until.test(this.received), `${until} in ${JSON.stringify(this.received.slice(-200))}`)
    return this.received
  }

  closed(): Promise<void> {
    return this.#app.until(() => this.isClosed, 'the connection to close')
  }
}

/** Boots an app with a gateway and a router, and does something with it. */
export const served = (
  drafts: Readonly<Record<string, Draft>>,
  act: (server: Served) => Promise<void>,
  options: StartOptions = {},
): Promise<void> => withApp({ gateway: gateway(), router: router(), ...drafts }, (app) => act(new Served(app)), options)
