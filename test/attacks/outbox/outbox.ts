// Attacks by what stands in the outbox: a process may own every byte of its memory, and these write its frames themselves.

import { ASK, EXIT, HEADER_BYTES, SEND } from '../../../src/kernel/frame.ts'
import { encodeAll } from '../../../src/msgpack.ts'

export type OutboxAttack = {
  readonly about: string
  /** How the process must end, as the head of a Lua file says it; `never`: it goes on. */
  readonly ends: readonly string[]
  /** What its outbox holds after its first message. */
  readonly bytes: Uint8Array
}

export type FrameFields = {
  readonly kind?: number
  readonly flag?: number
  readonly tag?: number
  readonly name?: string | Uint8Array
  readonly topic?: string | Uint8Array
  readonly payload?: Uint8Array
  /** What its header says instead of the truth. */
  readonly claims?: { readonly name?: number; readonly topic?: number; readonly payload?: number }
}

const bytesOf = (text: string | Uint8Array): Uint8Array => (typeof text === 'string' ? new TextEncoder().encode(text) : text)

/** One frame, as the header says or not. */
export const frame = ({ kind = SEND, flag = 0, tag = 0, claims = {}, ...parts }: FrameFields): Uint8Array => {
  const [name, topic] = [bytesOf(parts.name ?? 'victim'), bytesOf(parts.topic ?? 'x')]
  const payload = parts.payload ?? encodeAll([1])
  const bytes = new Uint8Array((HEADER_BYTES + name.length + topic.length + payload.length + 3) & ~3)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, claims.payload ?? payload.length, true)
  view.setUint8(4, kind)
  view.setUint8(5, flag)
  view.setUint16(6, claims.name ?? name.length, true)
  view.setUint32(8, tag, true)
  view.setUint16(12, claims.topic ?? topic.length, true)
  bytes.set(name, HEADER_BYTES)
  bytes.set(topic, HEADER_BYTES + name.length)
  bytes.set(payload, HEADER_BYTES + name.length + topic.length)
  return bytes
}

export const all = (...frames: readonly Uint8Array[]): Uint8Array => Buffer.concat(frames)

/** An ask of `op`, with its arguments as bytes. */
export const ask = (op: string, target: string, payload: Uint8Array, tag = 1): Uint8Array =>
  frame({ kind: ASK, name: op, topic: target, payload, tag })

export const exit = (payload: Uint8Array, flag = 1): Uint8Array => frame({ kind: EXIT, flag, name: '', topic: '', payload })

/** Bytes of msgpack from hexadecimal. */
export const raw = (text: string): Uint8Array => new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'))

/** Operations of every service that is ambient or declared, each with a target it may have. */
export const OPERATIONS: readonly (readonly [string, string])[] = [
  ['events.send', 'attack'],
  ['events.subscribe', 'attack'],
  ['events.close', ''],
  ['registry.get', 'app:short'],
  ['registry.find', ''],
  ['registry.apply', ''],
  ['funcs.call', 'app:echo'],
  ['funcs.cancel', ''],
  ['process.spawn', 'app:short'],
  ['process.terminate', 'victim'],
  ['process.upgrade', 'app:secret'],
  ['process.set_options', ''],
  ['process.network', 'app:tor'],
  ['process.registry.register', 'attack.x'],
  ['process.registry.lookup', 'victim'],
  ['time.sleep', ''],
  ['time.ticker', ''],
  ['time.stop', ''],
  ['time.zone', 'UTC'],
  ['logger.log', 'info'],
  ['env.get', 'X'],
  ['ctx.get', 'x'],
]
