// An open port, apart from who answers on it: the server behind it can be exchanged while it stays open.

import { createServer, type Server, type Socket } from 'node:net'
import { Kind, WippyError } from '../error.ts'
import type { Address } from './server-entry.ts'

const BACKLOG = 511 // connections the system keeps until they are taken; Node's own

const REASONS: Readonly<Record<string, readonly [kind: Kind, message: string, hint: string]>> = {
  EADDRINUSE: [Kind.AlreadyExists, 'is in use', 'Stop the program that has it, or choose another address.'],
  EACCES: [Kind.PermissionDenied, 'may not be opened by this user', 'Ports below 1024 need more rights: choose a higher one.'],
  EADDRNOTAVAIL: [Kind.Invalid, 'is no address of this machine', 'Use ":port" for every address of this machine.'],
  ENOTFOUND: [Kind.Invalid, 'has a host that is not known', 'Use an address, or ":port".'],
}

const refusal = ({ host, port }: Address, { code = '', message }: NodeJS.ErrnoException): WippyError => {
  const [kind, what, hint] = REASONS[code] ?? [Kind.Unavailable, `cannot be opened: ${message}`, 'Choose another address.']
  return new WippyError('HTTP_ADDRESS', kind, `address ${host}:${port} ${what}`, { hint, retryable: true })
}

export class Listener {
  readonly #server: Server
  #accept: ((socket: Socket) => void) | null = null
  readonly #early = new Set<Socket>() // came before anybody answers

  private constructor(server: Server) {
    this.#server = server
    server.on('connection', (socket) => {
      if (this.#accept) return this.#accept(socket)
      this.#early.add(socket)
      socket.on('error', () => {})
    })
  }

  /** Opens an address. `report` hears of connections that could not be taken. Throws HTTP_ADDRESS. */
  static open(address: Address, report: (error: unknown) => void): Promise<Listener> {
    const server = createServer({ noDelay: true, keepAlive: true })
    return new Promise((resolve, reject) => {
      const refuse = (error: NodeJS.ErrnoException): void => reject(refusal(address, error))
      server.once('error', refuse)
      const where = address.host === '' ? {} : { host: address.host }
      server.listen({ ...where, port: address.port, backlog: BACKLOG, exclusive: true }, () => {
        server.off('error', refuse).on('error', report)
        resolve(new Listener(server))
      })
    })
  }

  /** Where it listens; the port is the real one where 0 was asked for. */
  get address(): Address {
    const at = this.#server.address()
    if (at === null || typeof at === 'string') return { host: '', port: 0 }
    return { host: at.address, port: at.port }
  }

  set connections(most: number) {
    this.#server.maxConnections = most
  }

  /** From now on connections go there; those that came already go first. */
  serve(accept: (socket: Socket) => void): void {
    this.#accept = accept
    for (const socket of this.#early) accept(socket)
    this.#early.clear()
  }

  /** Takes no more connections; those it gave away live on. */
  close(): void {
    for (const socket of this.#early) socket.destroy()
    this.#early.clear()
    this.#server.close()
  }
}
