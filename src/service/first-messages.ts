// Messages that a spawner gives a process on its way (`with_message`), checked: they come from a process and go into the mailbox of another.

import { Kind, WippyError } from '../error.ts'
import { reservedTopic } from '../kernel/failure.ts'
import { isFields } from '../registry/entry.ts'

/** `payload` is a msgpack array, as the receiver will read it. */
export type FirstMessage = { readonly topic: string; readonly payload: Uint8Array }

const MAX_TOPIC = 0xffff // bytes: what a frame can say

/** The messages in the options of a spawn. Throws TOPIC_RESERVED, MESSAGE_INVALID. */
export const firstMessages = (list: unknown): readonly FirstMessage[] => (Array.isArray(list) ? list.map(firstMessage) : [])

const firstMessage = (message: unknown): FirstMessage => {
  const { topic, payload } = isFields(message) ? message : {}
  const bytes = typeof payload === 'string' ? Buffer.from(payload) : payload
  if (typeof topic !== 'string' || Buffer.byteLength(topic) > MAX_TOPIC || !(bytes instanceof Uint8Array)) {
    throw new WippyError('MESSAGE_INVALID', Kind.Invalid, 'this is no message: a topic and its values are', { retryable: false })
  }
  if (topic.startsWith('@')) throw reservedTopic()
  return { topic, payload: bytes }
}
