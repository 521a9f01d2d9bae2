// What is written of a workflow beside its steps: how a run begins (the input of its `start` record) and what is known of it without
// reading its journal (the card in its head).

import type { HostLimits } from '../kernel/host.ts'
import { decode, encode } from '../msgpack.ts'
import { attributesOf } from './attributes.ts'
import type { Mark } from './checkpoint.ts'
import { type Attribute, PARENT, type Traits } from './query.ts'
import { SCHEDULE, type Scheduled } from './schedule.ts'

/** Everything a run starts from. `context` is opaque: what it inherits. */
export type Beginning = {
  readonly entry: string
  readonly host: string
  /** A msgpack array. */
  readonly args: Uint8Array
  readonly seed: number
  readonly context: Uint8Array
  readonly limits: HostLimits
  /** The build of the runtime that takes its steps, until a record says that another one does. */
  readonly runtime?: string | undefined
  /** The start of a node with which it begins. */
  readonly owner?: string | undefined
}

/** Who writes a journal: one start of one node, and its build of the runtime. */
export type Writer = { readonly owner: string; readonly runtime: string }

/** A workflow that hears of the end: as an event, or as the answer to its ask `tag` in the run that began with record `start`. */
export type Watcher = { readonly id: string; readonly tag: number; readonly start: number }

/** What becomes of a child when its parent ends. */
export type Closing = 'terminate' | 'abandon' | 'cancel'

/** When it is ended for having taken too long: all its runs by `untilMs`, each of them within `runMs`; the run at hand at `dueMs`. */
export type Limit = { readonly untilMs: number | null; readonly runMs: number | null; readonly dueMs: number }

/** Where a journal may be cut: all before record `seq` is of runs that were over at `ms`. */
export type Cut = { readonly seq: number; readonly ms: number }

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
  readonly closing?: Closing
  /** When its first step may be taken, as long as none was. */
  readonly beginMs?: number | null
  readonly limit?: Limit | null
  readonly schedule?: Scheduled | null
  /** Two at most, the older one first. */
  readonly cuts?: readonly Cut[]
}

/** The cuts of a journal in which a run begins with record `seq`: a new one only when the last one is as old as what is kept. */
export const cutsWith = (cuts: readonly Cut[], cut: Cut, keptMs: number): readonly Cut[] => {
  const newest = cuts.slice(-1)
  return newest[0] !== undefined && cut.ms - newest[0].ms < keptMs ? cuts : [...newest, cut]
}

/** The timer with which a run begins later, or has taken too long; tags of asks are greater. */
export const OWN_TIMER = 0

/** The limit of a run that begins at `beginMs`. */
export const limitOf = (untilMs: number | null, runMs: number | null, beginMs: number): Limit | null => {
  const dueMs = Math.ceil(Math.min(untilMs ?? Number.POSITIVE_INFINITY, runMs === null ? Number.POSITIVE_INFINITY : beginMs + runMs))
  return dueMs === Number.POSITIVE_INFINITY ? null : { untilMs, runMs, dueMs }
}

/** How a run begins, as the input of its first record. */
export const beginningToBytes = (beginning: Beginning): Uint8Array => encode(beginning)
export const beginningOf = (bytes: Uint8Array): Beginning => decode(bytes) as Beginning
export const writerToBytes = ({ owner, runtime }: Writer): Uint8Array => Buffer.from(`${owner} ${runtime}`)
/** Who goes on with a journal, from the input of an `own` record; null for a build that it does not name. */
export const writerOf = (input: Uint8Array): { readonly owner: string; readonly runtime: string | null } => {
  const [owner = '', runtime = null] = Buffer.from(input).toString().split(' ')
  return { owner, runtime }
}
/** What is made of a card, once: most records leave the card as it is. */
const once = <Of extends object, Made extends object>(make: (of: Of) => Made): ((of: Of) => Made) => {
  const known = new WeakMap<Of, Made>()
  return (of) => {
    const made = known.get(of) ?? make(of)
    known.set(of, made)
    return made
  }
}

export const cardToBytes = once((card: Card): Uint8Array => encode(card))
export const cardOf = (bytes: Uint8Array): Card => decode(bytes) as Card

type Found = Pick<Card, 'entry' | 'startedMs' | 'search' | 'parent' | 'schedule'>

/** What a workflow is found by. Throws WORKFLOW_ATTRIBUTES. */
export const traitsOf = once(({ entry, startedMs, search, parent, schedule = null }: Found): Traits => {
  const own: Attribute[] = []
  if (parent !== null) own.push([PARENT, parent])
  if (schedule !== null) own.push([SCHEDULE, schedule.id])
  return { entry, startedMs: Math.floor(startedMs), attributes: [...own, ...attributesOf(search)] }
})
