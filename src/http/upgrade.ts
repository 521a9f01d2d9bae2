// A connection that wants to become another kind of one. Until somebody takes it over it is answered as any request, and then closed.

import { type IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'

export type Upgrade = {
  readonly request: IncomingMessage
  readonly socket: Duplex
  /** What came behind the request already. */
  readonly head: Buffer
}

const known = new WeakMap<ServerResponse, Upgrade>()

/** An answer to the request of an upgrade. */
export const upgradeResponse = (upgrade: Upgrade): ServerResponse => {
  const { request, socket } = upgrade
  const response = new ServerResponse(request)
  response.shouldKeepAlive = false
  response.assignSocket(socket as Socket)
  response.once('finish', () => {
    response.detachSocket(socket as Socket)
    ;(socket as Socket).destroySoon() // Node forgets the times of a connection that wants to become another one
    response.emit('close')
  })
  socket.on('error', () => {}) // its close says the same
  socket.once('close', () => response.destroy())
  known.set(response, upgrade)
  return response
}

export const upgradeOf = (response: ServerResponse): Upgrade | undefined => known.get(response)

/** Takes the connection from an answer that has not begun. */
export const detached = (response: ServerResponse, upgrade: Upgrade): Upgrade => {
  response.removeAllListeners('finish')
  response.detachSocket(upgrade.socket as Socket)
  response.emit('close')
  return upgrade
}
