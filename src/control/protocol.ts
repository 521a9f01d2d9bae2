// What a command and a running node say to each other. One request, then one or more answers, on a connection that may carry several.
//
//   → { v: 1, id, verb, args, token? }
//   ← { id, item } …                     verbs that go on: logs
//   ← { id, alive: true } …              every ALIVE_MS, as long as the verb is at work
//   ← { id, value } or { id, error }     the last one
// Messages are msgpack in frames (frames.ts), read by the strict reader, for whoever can reach a socket can write anything to it.

import { Kind, WippyError } from '../error.ts'
import { decode, encode } from '../msgpack.ts'

export const PROTOCOL = 2
/** Of a request: whole apps and components go into one. Before somebody has shown a token, a request is small. */
export const REQUEST_BYTES = 64 * 1024 ** 2
export const STRANGER_BYTES = 64 * 1024
export const ALIVE_MS = 2_000
export const ANSWER_BYTES = 64 * 1024 ** 2

/** What a trace tells of: frames in and out of a process, and its turns. */
export const TRACED = ['start', 'message', 'reply', 'event', 'send', 'ask', 'exit', 'turn'] as const

export type Arguments = Readonly<Record<string, unknown>>
export type Request = { readonly id: number; readonly verb: string; readonly args: Arguments; readonly token: string }
export type Answer =
  | { readonly id: number; readonly item: unknown }
  | { readonly id: number; readonly alive: true }
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: WippyError }

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array) && !(value instanceof Map)

const malformed = (what: string): WippyError => new WippyError('CONTROL_MESSAGE', Kind.Invalid, what, { retryable: false })

/** A request with the version of the protocol; without a token when there is none. */
export const encodeRequest = ({ id, verb, args, token }: Request): Uint8Array =>
  encode({ v: PROTOCOL, id, verb, args, ...(token !== '' && { token }) })

/** Throws CONTROL_MESSAGE, CONTROL_VERSION, MSGPACK_MALFORMED. */
export const decodeRequest = (bytes: Uint8Array): Request => {
  const fields = decode(bytes)
  if (!isMap(fields)) throw malformed('a request is a map')
  const { v, id, verb, args, token } = fields
  if (v !== PROTOCOL) {
    const hint = 'Use the wippy that the node was started with.'
    throw new WippyError('CONTROL_VERSION', Kind.Invalid, `this node speaks version ${PROTOCOL} of the protocol`, {
      hint,
      retryable: false,
    })
  }
  if (!Number.isSafeInteger(id) || typeof verb !== 'string') throw malformed('a request has an id and a verb')
  return { id: id as number, verb, args: isMap(args) ? args : {}, token: typeof token === 'string' ? token : '' }
}

/** An answer; of an error only what people are shown travels along. */
export const encodeAnswer = (answer: Answer): Uint8Array => {
  if (!('error' in answer)) return encode(answer)
  const { code, kind, message, hint, where, frame } = answer.error
  return encode({ id: answer.id, error: { code, kind, message, hint, where, frame } })
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

const errorOf = (fields: Record<string, unknown>): WippyError => {
  const kind = Object.values(Kind).find((one) => one === fields.kind) ?? Kind.Unknown
  return new WippyError(text(fields.code) ?? 'UNKNOWN', kind, text(fields.message) ?? 'the node says no more', {
    hint: text(fields.hint),
    frame: text(fields.frame),
    ...(isMap(fields.where) && { where: fields.where }),
  })
}

/** Throws CONTROL_MESSAGE, MSGPACK_MALFORMED. */
export const decodeAnswer = (bytes: Uint8Array): Answer => {
  const fields = decode(bytes)
  if (!isMap(fields) || !Number.isSafeInteger(fields.id)) throw malformed('an answer is a map with an id')
  const id = fields.id as number
  if (isMap(fields.error)) return { id, error: errorOf(fields.error) }
  if (fields.alive === true) return { id, alive: true }
  return 'item' in fields ? { id, item: fields.item } : { id, value: fields.value }
}
