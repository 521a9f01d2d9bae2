// A record that is no step, and what becomes durable with it: nothing but a new status and card, unless more is said.

import { decodeAll, encodeAll } from '../msgpack.ts'
import { type Card, cardToBytes, traitsOf } from './card.ts'
import { type Effects, noPages } from './engine.ts'
import type { Content, RecordKind } from './record.ts'

const NO_STEP = { fuel: 0, spent: 0, verdict: 'wait', output: new Uint8Array(0), mailed: [] } as const

type Notice = { readonly kind: RecordKind; readonly code: Uint8Array; readonly nowMs: number; readonly input: Uint8Array }

/** The content of the record. */
export const notice = (content: Notice): Content => ({ ...NO_STEP, ...content })

/** What becomes durable with it. `more`: what else, or what instead. */
export const noticed = (status: string, card: Card, more: Partial<Effects> = {}): Effects => ({
  ...{ status, active: status === 'running', traits: traitsOf(card), card: cardToBytes(card) },
  ...{ mail: [], taken: [], timers: [], cleared: [], pages: noPages },
  ...more,
})

/** The timers that a pause puts aside, as the input of its record. */
export const timersToBytes = (timers: Effects['timers']): Uint8Array => encodeAll(timers.map(({ tag, dueMs }) => [tag, dueMs]))
export const timersOf = (bytes: Uint8Array): Effects['timers'] =>
  (decodeAll(bytes) as [number, number][]).map(([tag, dueMs]) => ({ tag, dueMs }))
