// The host half of `queue`: messages in, and what a consumer's function says of the one it works on.

import { randomUUID } from 'node:crypto'
import { Kind, WippyError } from '../error.ts'
import { split } from '../msgpack.ts'
import { traceparentOf } from '../otel/span.ts'
import type { Tracing } from '../otel/tracing.ts'
import { isFields } from '../registry/entry.ts'
import type { Headers, Message } from './memory-queue.ts'
import type { Delivery, Queues } from './queues.ts'
import type { Call, Caller, Operation, Service } from './service.ts'

const MAX_BODY = 1024 ** 2 // bytes
const MAX_HEADERS = 64
const MAX_HEADER = 4096 // characters

const invalid = (message: string): WippyError => new WippyError('QUEUE_ARGUMENT', Kind.Invalid, message, { retryable: false })

const headersOf = (value: unknown): Headers => {
  if (value === null || value === undefined || value === false) return {}
  if (!isFields(value)) throw invalid('headers are a table with text for keys')
  const headers = Object.entries(value)
  if (headers.length > MAX_HEADERS) throw invalid(`a message has at most ${MAX_HEADERS} headers`)
  for (const [name, header] of headers) {
    const isScalar =
      typeof header === 'number' || typeof header === 'boolean' || (typeof header === 'string' && header.length <= MAX_HEADER)
    if (!isScalar) throw invalid(`header "${name.slice(0, 100)}" is not a number, a boolean or text of at most ${MAX_HEADER} characters`)
  }
  return Object.fromEntries(headers) as Headers
}

/** `tracing`: null when nothing is traced. */
export const queueService = (queues: Queues, tracing: Tracing | null): Service => {
  /** Puts a message in; when that is traced as a span, and who works on it goes on with the trace. */
  const put = (caller: Caller, target: string, message: Message): void => {
    if (!tracing?.queue) return void queues.publish(target, message)
    const attributes = { 'messaging.operation': 'publish', 'messaging.destination.name': target, 'messaging.message.id': message.id }
    const span = tracing.tracer.start({ name: `${target}.publish`, kind: 'producer', parent: tracing.of(caller.pid), attributes })
    try {
      queues.publish(target, { ...message, headers: { traceparent: traceparentOf(span.context), ...message.headers } })
      span.end()
    } catch (error) {
      span.end((error as Error).message)
      throw error
    }
  }

  const publish: Operation = ({ caller, target, raw }) => {
    const { head, rest } = split(raw, 1)
    if (rest.length > MAX_BODY) throw invalid(`a message has at most ${MAX_BODY} bytes`)
    put(caller, target, { id: randomUUID(), body: rest, headers: headersOf(head[0]), attempts: 0 })
    return [true]
  }

  const delivery = ({ caller }: Call): Delivery => {
    const found = queues.deliveryOf(caller.pid)
    if (found) return found
    throw invalid('there is no message: this process is not a call of a queue.consumer')
  }

  const message: Operation = (call) => {
    const { id, headers, attempts } = delivery(call).message
    return [id, headers, attempts + 1]
  }

  const settle =
    (isDone: boolean): Operation =>
    (call) => {
      if (delivery(call).settle(isDone)) return [true]
      throw invalid('queue.Message already settled')
    }

  const info: Operation = ({ target }) => {
    const { messages, consumers } = queues.info(target)
    return [{ message_count: messages, consumer_count: consumers, ready: true }]
  }

  return {
    name: 'queue',
    operations: {
      'queue.publish': publish,
      'queue.message': message,
      'queue.ack': settle(true),
      'queue.nack': settle(false),
      'queue.info': info,
    },
  }
}
