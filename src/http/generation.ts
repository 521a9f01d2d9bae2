// One way of answering connections: HTTP with the settings that are fixed when a connection begins. Another generation follows it when they
// change; this one ends what it has begun.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createSecureServer, type Server as SecureServer } from 'node:https'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { TLSSocket } from 'node:tls'
import type { Clock } from '../clock.ts'
import type { ServerSettings } from './server-entry.ts'
import { upgradeResponse } from './upgrade.ts'

const CHECK_MS = 1000 // between two looks for requests that take too long
const MOST_AHEAD = 32 // requests on a connection that are not answered yet; whoever sends more loses it

/** Whether a client with this certificate, or none, may go on. */
const satisfies = (socket: TLSSocket, demands: 'nothing' | 'any' | 'valid-if-given'): boolean => {
  if (demands === 'nothing') return true
  const has = Object.keys(socket.getPeerCertificate()).length > 0
  return demands === 'any' ? has : !has || socket.authorized
}

/** Has `leave` called when a generation ends, until what is returned is called. */
export type OnDrain = (leave: () => void) => () => void

export type Answerer = (request: IncomingMessage, response: ServerResponse, onDrain: OnDrain) => void

export class Generation {
  readonly #server: Server | SecureServer
  readonly #sockets = new Set<Socket>()
  readonly #leaving = new Set<() => void>()
  readonly #ahead = new WeakMap<Socket, number>()
  #isDraining = false
  #onIdle: () => void = () => {}

  constructor({ limits, timeouts, tls }: ServerSettings, answer: Answerer) {
    const options = {
      maxHeaderSize: limits.headerBytes,
      headersTimeout: timeouts.headerMs,
      requestTimeout: timeouts.readMs,
      keepAliveTimeout: timeouts.idleMs,
      connectionsCheckingInterval: CHECK_MS,
      shouldUpgradeCallback: ({ headers }: IncomingMessage): boolean => headers.upgrade?.toLowerCase() === 'websocket',
    }
    const guarded = (request: IncomingMessage, response: ServerResponse): void => {
      const { socket } = request
      const ahead = this.#count(socket, 1)
      if (ahead > MOST_AHEAD) return void socket.destroy()
      if (this.#isDraining) response.setHeader('Connection', 'close')
      response.once('close', () => {
        this.#count(socket, -1)
        if (this.#isDraining) this.#server.closeIdleConnections()
      })
      answer(request, response, this.#onDrain)
    }
    this.#server = tls
      ? createSecureServer({ ...options, ...tls, handshakeTimeout: timeouts.headerMs }, guarded)
      : createServer(options, guarded)
    this.#server.maxHeadersCount = 0 // their bytes are bounded; none is left out silently
    this.#server.on('checkContinue', guarded)
    this.#server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      guarded(request, upgradeResponse({ request, socket, head }))
    })
    if (tls) {
      this.#server.on('secureConnection', (socket: TLSSocket) => {
        if (!satisfies(socket, tls.demands)) socket.destroy()
      })
      this.#server.on('tlsClientError', (_error, socket: TLSSocket) => socket.destroy())
    }
    this.#server.emit('listening') // it counts connections and their times from here; the port is the listener's
  }

  #count(socket: Socket, more: number): number {
    const count = (this.#ahead.get(socket) ?? 0) + more
    this.#ahead.set(socket, count)
    return count
  }

  readonly #onDrain: OnDrain = (leave) => {
    if (this.#isDraining) leave()
    else this.#leaving.add(leave)
    return () => this.#leaving.delete(leave)
  }

  readonly accept = (socket: Socket): void => {
    this.#sockets.add(socket)
    socket.once('close', () => {
      this.#sockets.delete(socket)
      if (this.#sockets.size === 0) this.#onIdle()
    })
    this.#server.emit('connection', socket)
  }

  /** Ends each connection with the request it is at; resolves when none is left, or after `ms`, when those that are left are cut. */
  async drain(clock: Clock, ms: number): Promise<void> {
    this.#isDraining = true
    this.#server.closeIdleConnections()
    for (const leave of this.#leaving) leave()
    await new Promise<void>((resolve) => {
      if (this.#sockets.size === 0) return resolve()
      const forget = clock.setTimer(ms, resolve)
      this.#onIdle = () => {
        forget()
        resolve()
      }
    })
    this.cut()
  }

  /** Ends every connection at once. */
  cut(): void {
    this.#isDraining = true
    for (const socket of this.#sockets) socket.destroy()
    this.#server.close()
  }
}
