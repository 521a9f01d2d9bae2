// Attacks on the control endpoint: one file for each, which says what it is and does it. What it gives is what went wrong.

import { createConnection, type Socket } from 'node:net'
import type { Client } from '../../src/control/client.ts'
import { FrameReader, framed } from '../../src/control/frames.ts'
import { type Answer, decodeAnswer, encodeRequest } from '../../src/control/protocol.ts'
import type { TestApp } from '../support/app.ts'

export type Target = {
  readonly app: TestApp
  /** The socket of the machine's own users, and the port for others. */
  readonly path: string
  readonly port: number
  readonly token: string
  /** Somebody who works with the node all the while. */
  readonly client: Client
  /** How long a stranger may be silent. */
  readonly helloMs: number
}

export type ControlAttack = {
  readonly about: string
  /** What went wrong; nothing when the attack failed. */
  readonly lay: (target: Target) => Promise<readonly string[]>
}

/** Somebody who writes what they like. */
export class Stranger {
  readonly socket: Socket
  readonly answers: Answer[] = []
  readonly closed: Promise<void>

  /** `at`: a socket's path, or a port of this machine. */
  constructor(at: string | number, isReading = true) {
    this.socket = typeof at === 'string' ? createConnection(at) : createConnection(at, '127.0.0.1')
    const reader = new FrameReader(1 << 26)
    if (isReading) this.socket.on('data', (piece) => this.answers.push(...reader.push(piece).map(decodeAnswer)))
    this.socket.on('error', () => {})
    this.closed = new Promise((resolve) => this.socket.on('close', () => resolve()))
  }

  ask(verb: string, token = '', args: Readonly<Record<string, unknown>> = {}): void {
    this.socket.write(framed(encodeRequest({ id: 1, verb, args, token })))
  }

  /** The codes of the errors it was told. */
  get codes(): readonly string[] {
    return this.answers.map((answer) => ('error' in answer ? answer.error.code : 'answered'))
  }
}
