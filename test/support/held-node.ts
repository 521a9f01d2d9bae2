// A node that answers when a test lets it.

import { createServer } from 'node:net'
import { join } from 'node:path'
import { writeNote } from '../../src/control/address.ts'
import { FrameReader, framed } from '../../src/control/frames.ts'
import { decodeRequest, encodeAnswer, REQUEST_BYTES } from '../../src/control/protocol.ts'

export type HeldNode = {
  /** When a verb has been asked, and is still to be answered. */
  asked(verb: string): Promise<void>
  answer(verb: string, value: unknown): void
  close(): Promise<void>
}

/** Opens one in a state folder that is there. */
export const heldNode = async (folder: string): Promise<HeldNode> => {
  const waiting = new Map<string, (value: unknown) => void>()
  let heard = (): void => {}
  const path = join(folder, 'node.sock')
  const server = createServer((socket) => {
    const reader = new FrameReader(REQUEST_BYTES)
    socket.on('error', () => {})
    socket.on('data', (piece) => {
      for (const body of reader.push(piece)) {
        const { id, verb } = decodeRequest(body)
        waiting.set(verb, (value) => socket.write(framed(encodeAnswer({ id, value }))))
        heard()
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(path, resolve))
  writeNote(folder, { pid: process.pid, phase: 'ready', path })
  return {
    asked: (verb) =>
      new Promise((resolve) => {
        heard = () => {
          if (waiting.has(verb)) resolve()
        }
        heard()
      }),
    answer: (verb, value) => {
      waiting.get(verb)!(value)
      waiting.delete(verb)
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}
