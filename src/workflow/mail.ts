// Frames that wait in a journal's mail. Messages and events carry the number of their mail as their tag once they are handed over; an
// answer has its ask's tag, and the number of the record with which the asking run began as its topic.

import { Address } from '../kernel/address.ts'
import { EVENT, type FrameCursor, MESSAGE, REPLY } from '../kernel/frame.ts'
import { FrameBuffer } from '../kernel/frame-buffer.ts'
import { encode, lastWords } from '../msgpack.ts'
import { formatPid, type Pid } from '../pid.ts'
import type { Card } from './card.ts'
import type { Ended } from './ended.ts'
import { type Effects, type Engine, hasEnded } from './engine.ts'
import { PARENT, placeOf, type Query } from './query.ts'

const encoder = new TextEncoder()
const NOTHING = new Uint8Array(0)
const CHILDREN = 1000 // read at once

const only = (write: (buffer: FrameBuffer) => void): Uint8Array => {
  const buffer = new FrameBuffer()
  write(buffer)
  return buffer.bytes.slice(buffer.start, buffer.end)
}

/** The message that a SEND becomes. */
export const messageFrame = (from: Pid, send: FrameCursor): Uint8Array =>
  only((buffer) => buffer.forward(MESSAGE, 0, new Address(from), send))

/** A message of anybody. */
export const messageOf = (from: Pid | '', topic: Uint8Array, payload: Uint8Array): Uint8Array =>
  only((buffer) => buffer.write(MESSAGE, 0, 0, encoder.encode(from), topic, payload))

/** An event about `from`; empty: about nobody. */
export const eventFrame = (from: Pid | '', topic: string, ok: boolean, payload: Uint8Array): Uint8Array =>
  only((buffer) => buffer.write(EVENT, ok ? 1 : 0, 0, encoder.encode(from), encoder.encode(topic), payload))

const answerFrame = (tag: number, start: number, ok: boolean, payload: Uint8Array): Uint8Array =>
  only((buffer) => buffer.write(REPLY, ok ? 1 : 0, tag, NOTHING, encoder.encode(String(start)), payload))

/** The event by which a workflow hears that its parent has ended; what it does about it, its card says. */
export const PARENT_ENDED = '@parent'

/** Mail for the children of a workflow that ends, and have not. */
export const closingMail = async (engine: Engine, id: string, { host }: Card): Promise<Effects['mail']> => {
  const mail: { to: string; frame: Uint8Array }[] = []
  const query: Query = { attributes: [[PARENT, id]], limit: CHILDREN }
  const frame = eventFrame(formatPid(host, id), PARENT_ENDED, false, NOTHING)
  for (let after = ''; ; ) {
    const heads = await engine.list({ ...query, after })
    for (const head of heads) if (!hasEnded(head.status)) mail.push({ to: head.id, frame })
    const last = heads.at(-1)
    if (last === undefined || heads.length < CHILDREN) return mail
    after = placeOf(query, last)
  }
}

/** Mail for those who wait for the end of a workflow. */
export const endMail = (id: string, { host, watchers }: Card, { ok, payload }: Ended): Effects['mail'] =>
  watchers.map((watcher) => ({
    to: watcher.id,
    frame:
      watcher.tag === 0
        ? eventFrame(formatPid(host, id), 'pid.exit', ok, payload)
        : answerFrame(watcher.tag, watcher.start, ok, ok ? payload : encode([lastWords(payload)[1]])),
  }))
