// What waits for a process, oldest first. Read where it lies: nothing is taken out.

import { EVENT, type FrameCursor, MESSAGE, REPLY, START } from '../../kernel/frame.ts'
import { decodeAll } from '../../msgpack.ts'
import { processOf, textOf, type Verb } from '../verb.ts'

const MOST = 100 // frames of one answer
const READ_BYTES = 16 * 1024 // a longer payload is only measured
const KINDS: Readonly<Record<number, string>> = { [MESSAGE]: 'message', [REPLY]: 'reply', [EVENT]: 'event', [START]: 'start' }
const utf8 = new TextDecoder()

/** A payload as values; null when it is too long, or is none. */
const valuesOf = (bytes: Uint8Array): unknown[] | null => {
  if (bytes.length > READ_BYTES) return null
  try {
    return decodeAll(bytes)
  } catch {
    return null // whatever a process sends is delivered: that it makes no sense is for its receiver to find out
  }
}

const plain = ({ bytes, kind, nameStart, nameEnd, topicEnd, payloadEnd }: FrameCursor) => ({
  kind: KINDS[kind] ?? String(kind),
  from: utf8.decode(bytes.subarray(nameStart, nameEnd)),
  topic: utf8.decode(bytes.subarray(nameEnd, topicEnd)),
  bytes: payloadEnd - topicEnd,
  values: valuesOf(bytes.subarray(topicEnd, payloadEnd)),
})

export const verb: Verb = ({ node, args }) => {
  const { pid, mailbox, body } = processOf(node, textOf(args, 'process'))
  const waiting: unknown[] = []
  mailbox.look((frame) => waiting.push(plain(frame)) < MOST)
  return { pid, messages: mailbox.messages, held: body.backlog, bytes: mailbox.messageBytes, waiting }
}
