// Where journals are kept. An engine stores bytes and compares positions; what they mean is not its business.
//
//   E1 `append` happens whole or not at all: the record, the head, the mail for others, what was taken of its own, timers, pages.
//   E2 It happens only when the journal stands exactly at the position the writer names. That comparison, not a lease, decides who owns it.
//   E3 What a promise acknowledged is durable: on the disk of the engine.
//   E4 A workflow that has ended has no mail and no timers, and gets no more of them.
//   E5 Mail of one journal is numbered upward from 1 and never renumbered.
//   E6 Leases say which node tries, and never who wins: that is E2. Their time is the engine's, not a node's.

import { Kind, WippyError } from '../error.ts'
import type { Partitions } from './partition.ts'
import type { Query, Traits } from './query.ts'
import type { Position, Sealed } from './record.ts'

/** What is known of a workflow without reading its journal. `card` is opaque here. */
export type Head = Position & {
  readonly id: string
  readonly status: string
  readonly traits: Traits
  /** Whether it has something to do that is neither a timer nor mail: a step, or an ask that was not answered. */
  readonly active: boolean
  readonly card: Uint8Array
}

/** A frame that waits for a workflow. */
export type Mail = { readonly n: number; readonly frame: Uint8Array }
/** `dueMs` is whole milliseconds since 1970. */
export type Timer = { readonly id: string; readonly tag: number; readonly dueMs: number }

/** What becomes durable together with a record. */
export type Effects = {
  readonly status: string
  readonly active: boolean
  readonly traits: Traits
  readonly card: Uint8Array
  /** Frames for other workflows. To one that does not exist they are forgotten. */
  readonly mail: readonly { readonly to: string; readonly frame: Uint8Array }[]
  /** Numbers of its own mail that the record has taken in. */
  readonly taken: readonly number[]
  readonly timers: readonly { readonly tag: number; readonly dueMs: number }[]
  readonly cleared: readonly number[]
  /** Of its checkpoint. */
  readonly pages: { readonly put: readonly (readonly [hash: string, bytes: Uint8Array])[]; readonly drop: readonly string[] }
}

const ENDED: ReadonlySet<string> = new Set(['completed', 'failed', 'cancelled', 'terminated'])

/** Whether a status is one that a workflow does not leave by itself. */
export const hasEnded = (status: string): boolean => ENDED.has(status)

export const noPages: Effects['pages'] = { put: [], drop: [] }

/** A workflow that has something to do; `mail`: frames wait for it. */
export type Waiting = { readonly id: string; readonly mail: boolean }

/** What a node has after a claim. */
export type Claimed = {
  /** Its partitions, each with how often it has changed hands. */
  readonly held: ReadonlyMap<number, number>
  /** How many it should have at most, so that others have as many. */
  readonly share: number
  /** When the first lease of another node runs out unless that renews it; null when none does. */
  readonly othersMs: number | null
  /** Whether no other node can ever claim anything. */
  readonly isAlone: boolean
}

/**
 * What others did. `waiting`: something waits for a workflow. `ended`: a workflow has ended, or is paused. `leases`: a node came, or gave
 * partitions up. `missed`: there may have been anything.
 */
export type News =
  | { readonly kind: 'waiting'; readonly id: string }
  | { readonly kind: 'ended'; readonly id: string }
  | { readonly kind: 'leases' }
  | { readonly kind: 'missed' }

/** Mail that may wait for one workflow; more is refused. */
export const MOST_MAIL = 10_000

export interface Engine {
  /** Appends a record behind `before`; null: the workflow must not exist. False when the journal stands elsewhere; `head` says where then. */
  append(id: string, before: Position | null, record: Sealed, effects: Effects): Promise<boolean>
  /** Makes a workflow of a whole journal, the first record first: what `append` would, all at once. False when there is one with this id. */
  adopt(id: string, records: readonly Sealed[], effects: Effects): Promise<boolean>
  head(id: string): Promise<Head | null>
  /** Records from `from` on, in order, at most `limit`. */
  read(id: string, from: number, limit: number): Promise<Uint8Array[]>
  /** Forgets the records before number `seq`, the oldest first; none of a journal that does not reach that far. */
  forget(id: string, seq: number): Promise<void>
  /** Adds mail and returns its number. Throws WORKFLOW_NOT_FOUND, also for one that has ended, and MAILBOX_FULL. */
  post(id: string, frame: Uint8Array): Promise<number>
  /** How much more mail a workflow may be sent; 0 for one that is not there, or has ended. Mail of a record is put whatever there is. */
  room(id: string): Promise<number>
  /** What waits behind number `after`, in order. */
  mail(id: string, after: number, limit: number): Promise<Mail[]>
  /** Timers of workflows in these partitions that are due by `untilMs`, the earliest first. */
  due(untilMs: number, limit: number, parts: Partitions): Promise<Timer[]>
  /** When the earliest timer behind `afterMs` is due. */
  nextDue(afterMs: number, parts: Partitions): Promise<number | null>
  timers(id: string): Promise<Timer[]>
  /** Workflows in these partitions that are active or have mail, in the order of their ids, behind `after`: what a node has to take up. */
  waiting(after: string, limit: number, parts: Partitions): Promise<Waiting[]>
  /** What a query looks for, found by an index: bounds on the start, else an attribute, the entry or the status. */
  list(query: Query): Promise<Head[]>
  page(id: string, hash: string): Promise<Uint8Array | null>
  /** Programs, by their hash. */
  putCode(hash: string, bytes: Uint8Array): Promise<void>
  code(hash: string): Promise<Uint8Array | null>
  /** Hashes of programs, in order, behind `after`. */
  codes(after: string, limit: number): Promise<string[]>
  removeCode(hash: string): Promise<void>
  /**
   * Forgets a workflow and all that is kept of it, the head last. `at`: only if its journal stands there; false when it stands elsewhere.
   * Cut short, it leaves the head and a journal without its oldest records.
   */
  remove(id: string, at?: Position): Promise<boolean>
  /** Renews the leases of a node, by `ttlMs` from now, and takes free ones, up to its share. */
  claim(node: string, ttlMs: number): Promise<Claimed>
  /** Gives partitions up, so that others can have them at once. `leaves`: the node goes and counts no more. */
  release(node: string, parts: Partitions, leaves: boolean): Promise<void>
  /** The other starts of nodes that are there. */
  others(node: string): Promise<ReadonlySet<string>>
  /** Hears of what others do to workflows whose partition was not claimed here; late, twice, or as `missed`. Returns how to end that. */
  watch(hear: (news: News) => void): () => void
  close(): Promise<void>
}

export const workflowNotFound = (id: string): WippyError =>
  new WippyError('WORKFLOW_NOT_FOUND', Kind.NotFound, `there is no workflow "${id}"`, { retryable: false, details: { id } })
