// What is written of a workflow beside its steps: how a run begins (the input of its `start` record) and what is known of it without
// reading its journal (the card in its head).

import type { HostLimits } from '../kernel/host.ts'
import { decode, encode } from '../msgpack.ts'
import { attributesOf } from './attributes.ts'
import type { Mark } from './checkpoint.ts'
import type { Traits } from './query.ts'

/** Everything a run starts from. `context` is opaque: what it inherits. */
export type Beginning = {
  readonly entry: string
  readonly host: string
  /** A msgpack array. */
  readonly args: Uint8Array
  readonly seed: number
  readonly context: Uint8Array
  readonly limits: HostLimits
}

/** A workflow that hears of the end: as an event, or as the answer to its ask `tag` in the run that began with record `start`. */
export type Watcher = { readonly id: string; readonly tag: number; readonly start: number }

export type Card = {
  readonly entry: string
  readonly host: string
  /** Hash of its program. */
  readonly code: string
  /** Number of the record with which the run at hand began. */
  readonly start: number
  readonly startedMs: number
  readonly endedMs: number | null
  /** Who writes it: one start of one node. */
  readonly owner: string
  readonly parent: string | null
  /** The ask of a workflow that started it, by its key: asked again, this one is meant. */
  readonly birth?: string | undefined
  readonly watchers: readonly Watcher[]
  readonly mark: Mark | null
  /** What it ended with: a msgpack array of value and error. */
  readonly result: Uint8Array | null
  /** What can be searched for, and what is only shown. */
  readonly search: Readonly<Record<string, unknown>>
  readonly memo: Readonly<Record<string, unknown>>
}

export const beginningToBytes = (beginning: Beginning): Uint8Array => encode(beginning)
export const beginningOf = (bytes: Uint8Array): Beginning => decode(bytes) as Beginning
export const cardToBytes = (card: Card): Uint8Array => encode(card)
export const cardOf = (bytes: Uint8Array): Card => decode(bytes) as Card

/** What a workflow is found by. Throws WORKFLOW_ATTRIBUTES. */
export const traitsOf = ({ entry, startedMs, search }: Pick<Card, 'entry' | 'startedMs' | 'search'>): Traits => ({
  entry,
  startedMs: Math.floor(startedMs),
  attributes: attributesOf(search),
})
