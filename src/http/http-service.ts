// The host half of `http`: the request that a handler answers, and its answer. A process reaches its own request and no other.

import { Readable } from 'node:stream'
import { Kind, WippyError } from '../error.ts'
import type { Call, Operation, Service } from '../service/service.ts'
import { readingStream, type Streams } from '../service/streams.ts'
import type { Exchange } from './exchange.ts'
import type { Handlers } from './handlers.ts'
import { Forms } from './multipart.ts'

const BODY = 8 * 1024 ** 2 // bytes of a body that is taken whole, unless the handler says otherwise
const FORM = 32 * 1024 ** 2
const BODY_MS = 300_000

/** Name and value, one after the other. */
const pairsOf = (query: string): string[] => (query === '' ? [] : [...new URLSearchParams(query)].flat())

/** `work`, unless it takes longer. */
const within = async <T>(work: Promise<T>, ms: number): Promise<T> => {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const error = new WippyError('HTTP_BODY_LATE', Kind.Timeout, `the body did not come within ${ms} ms`, { retryable: false })
  const timer = setTimeout(() => reject(error), ms)
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

const countOf = (value: unknown, fallback: number): number => (typeof value === 'number' && value > 0 ? value : fallback)

export const httpService = (handlers: Handlers, streams: Streams): Service => {
  const forms = new Forms()
  const exchangeOf = ({ caller }: Call): Exchange => handlers.exchangeOf(caller.pid)

  const request: Operation = (call) => {
    const { method, path, query, headers, remote, params, body } = exchangeOf(call)
    const flat = Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value])
    return [{ method, path: decoded(path), query: pairsOf(query), headers: Object.fromEntries(flat), remote, params, length: body.length }]
  }

  const body: Operation = async (call) => {
    const exchange = exchangeOf(call)
    const [most, ms] = call.args
    return [await within(exchange.body.whole(countOf(most, BODY)), countOf(ms, BODY_MS))]
  }

  const stream: Operation = (call) => {
    const exchange = exchangeOf(call)
    return [streams.open(call.caller, readingStream(exchange.body.take(), exchange.body.length))]
  }

  const multipart: Operation = async (call) => {
    const exchange = exchangeOf(call)
    const bytes = await within(exchange.body.whole(countOf(call.args[0], FORM)), BODY_MS)
    const { values, files } = await forms.read({ bytes, contentType: exchange.header('content-type') ?? '' }, call.caller.pid)
    const opened = files.map(({ field, name, type, bytes: content }) => {
      const number = streams.open(call.caller, readingStream(Readable.from([content]), content.length))
      return { field, name, type, size: content.length, stream: number }
    })
    return [values, opened]
  }

  /** A status, or a header and its value. */
  const head: Operation = (call) => {
    const exchange = exchangeOf(call)
    const [first, second] = call.args
    if (typeof first === 'number') exchange.answer.say(first)
    else exchange.answer.name(String(first), String(second))
    return []
  }

  /** More of the body; `isUrgent`: at once, with all before it. */
  const write: Operation = async (call) => {
    const exchange = exchangeOf(call)
    const [bytes, isUrgent] = call.args
    await exchange.answer.write(bytes instanceof Uint8Array ? bytes : Buffer.from(String(bytes)))
    if (isUrgent === true) await exchange.answer.flush()
    return [true]
  }

  return {
    name: 'http',
    operations: {
      'http.request': request,
      'http.body': body,
      'http.stream': stream,
      'http.multipart': multipart,
      'http.head': head,
      'http.write': write,
    },
  }
}

const decoded = (path: string): string => (path.includes('%') ? decodeURIComponent(path) : path)
