// A WebSocket as a wire: `{ topic, data }` as JSON, one text frame each.

import type { WebSocket } from 'ws'
import { type Ending, jsonOf, type Wire } from './wire.ts'

export class SocketWire implements Wire {
  readonly name = 'ws'
  readonly isTwoWay = true
  readonly #socket: WebSocket

  constructor(socket: WebSocket) {
    this.#socket = socket
  }

  get unsentBytes(): number {
    return this.#socket.bufferedAmount
  }

  open(): void {}

  control(): void {}

  say(topic: string, data: unknown): void {
    this.#socket.send(jsonOf({ data, topic }))
  }

  beat(): void {}

  close({ code, reason }: Ending): void {
    this.#socket.close(code, Buffer.from(reason).subarray(0, 120).toString())
  }
}
