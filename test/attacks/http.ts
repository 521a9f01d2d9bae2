// Attacks on a server of an app, over HTTP: one file for each, which says what it is and does it. What it gives is what went wrong.

import { connect, type Socket } from 'node:net'

export type HttpTarget = {
  readonly port: number
  /** How long the head of a request may take, and all of it. */
  readonly headMs: number
  readonly wholeMs: number
  /** Bytes of a body. */
  readonly bodyBytes: number
}

export type HttpAttack = { readonly about: string; readonly lay: (target: HttpTarget) => Promise<readonly string[]> }

/** A connection that bytes are written to as one likes. */
export class Raw {
  readonly socket: Socket
  readonly closed: Promise<void>
  isClosed = false
  received = ''

  /** `staysOpen`: its side of the connection does, whatever the other one does. */
  constructor(port: number, staysOpen = false) {
    this.socket = connect({ port, host: '127.0.0.1', allowHalfOpen: staysOpen })
    this.socket.on('data', (piece) => {
      this.received += piece.toString('latin1')
    })
    this.socket.on('error', () => {})
    this.closed = new Promise((resolve) =>
      this.socket.on('close', () => {
        this.isClosed = true
        resolve()
      }),
    )
  }

  /** The status of each answer. */
  get statuses(): readonly number[] {
    return [...this.received.matchAll(/^HTTP\/1\.1 (\d+)/gm)].map(([, status]) => Number(status))
  }
}

/** What is answered to bytes, until the connection is closed. */
export const said = async (port: number, text: string): Promise<Raw> => {
  const raw = new Raw(port)
  raw.socket.write(text, 'latin1')
  await raw.closed
  return raw
}
