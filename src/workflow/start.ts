// How a workflow starts: what is asked for, whether its id allows it, and the record its run begins with.

import { randomInt } from 'node:crypto'
import { Kind, WippyError } from '../error.ts'
import type { Host, HostLimits } from '../kernel/host.ts'
import type { Pid } from '../pid.ts'
import {
  type Beginning,
  beginningToBytes,
  type Card,
  type Closing,
  cardOf,
  cutsWith,
  limitOf,
  OWN_TIMER,
  type Watcher,
  type Writer,
} from './card.ts'
import { type Effects, type Head, hasEnded } from './engine.ts'
import { messageOf } from './mail.ts'
import { notice, noticed } from './notice.ts'
import { ORIGIN, type Position, RecordKind, type Sealed, seal } from './record.ts'
import type { Scheduled } from './schedule.ts'

const SEEDS = 2 ** 32

/** What to do when a workflow with this id runs, or has run. */
export type Conflict = 'use' | 'fail' | 'terminate'
/** `unbegun`: when it was given up before it began. */
export type Reuse = 'allow' | 'failed' | 'unbegun' | 'never'

export type Start = {
  readonly id: string
  readonly host: Host
  readonly limits: HostLimits
  readonly entry: string
  /** Hash and bytes of its program. */
  readonly code: { readonly hash: string; readonly bytes: Uint8Array }
  readonly args: Uint8Array
  readonly context: Uint8Array
  readonly parent?: string | null
  readonly birth?: string | undefined
  readonly watchers?: readonly Watcher[]
  /** Frames it finds waiting. */
  readonly messages?: readonly { readonly from: Pid | ''; readonly topic: string; readonly payload: Uint8Array }[]
  readonly search?: Readonly<Record<string, unknown>>
  readonly memo?: Readonly<Record<string, unknown>>
  readonly conflict?: Conflict
  readonly reuse?: Reuse
  /** Of a child. */
  readonly closing?: Closing
  /** How long after its start it begins. */
  readonly delayMs?: number
  /** What it is a run of; it begins at that time. */
  readonly schedule?: Scheduled | null
  /** How long all its runs together may take, and each of them. */
  readonly executionMs?: number | null
  readonly runMs?: number | null
}

/** How long runs that are over are kept. */
export type Kept = { readonly keptMs: number }

/** The first record of a run, and what becomes durable with it. */
export type Opening = {
  readonly beginning: Beginning
  readonly card: Card
  readonly record: Sealed
  readonly effects: Effects
}

/** Behind what `head` stands for: an earlier run with this id that has ended, or nothing. */
export const opening = (start: Start, head: Head | null, { owner, runtime, keptMs }: Writer & Kept, nowMs: number): Opening => {
  const { id, host, entry, code, args, context, limits, parent = null, birth, watchers = [], search = {}, memo = {}, messages = [] } = start
  const { closing = 'abandon', delayMs = 0, schedule = null, executionMs = null, runMs = null } = start
  const before: Position = head ?? ORIGIN
  const cuts = head && cutsWith(cardOf(head.card).cuts ?? [], { seq: before.seq + 1, ms: nowMs }, keptMs)
  const beginning: Beginning = { entry, host: host.id, args, seed: randomInt(SEEDS), context, limits, runtime, owner }
  const about = { entry, host: host.id, code: code.hash, start: before.seq + 1, startedMs: nowMs, endedMs: null, owner }
  const beginMs = schedule?.atMs ?? (delayMs > 0 ? Math.ceil(nowMs + delayMs) : null)
  const limit = limitOf(executionMs === null ? null : nowMs + executionMs, runMs, beginMs ?? nowMs)
  const card: Card = {
    ...about,
    parent,
    ...(birth !== undefined && { birth }),
    watchers,
    mark: null,
    result: null,
    search,
    memo,
    closing,
    beginMs,
    limit,
    schedule,
    ...(cuts && { cuts }),
  }
  const input = beginningToBytes(beginning)
  const content = notice({ kind: RecordKind.start, code: Buffer.from(code.hash, 'hex'), nowMs, input })
  const mail = messages.map(({ from, topic, payload }) => ({ to: id, frame: messageOf(from, Buffer.from(topic), payload) }))
  return {
    beginning,
    card,
    record: seal(before, before.epoch + 1, content),
    effects: noticed('running', card, { mail, active: beginMs === null, timers: ownTimer(card) }),
  }
}

/** When a run begins, or has taken too long. */
export const ownTimer = ({ beginMs, limit }: Card): Effects['timers'] => {
  const dueMs = beginMs ?? limit?.dueMs
  return dueMs === undefined ? [] : [{ tag: OWN_TIMER, dueMs }]
}

/** A run that has not begun yet, with the program it is to begin with instead. */
export const exchanged = (head: Head, code: Start['code'], beginning: Beginning, nowMs: number): Pick<Opening, 'record' | 'effects'> => {
  const card: Card = { ...cardOf(head.card), code: code.hash, start: head.seq + 1 }
  const content = notice({ kind: RecordKind.start, code: Buffer.from(code.hash, 'hex'), nowMs, input: beginningToBytes(beginning) })
  return { record: seal(head, head.epoch, content), effects: noticed(head.status, card, { active: false, timers: ownTimer(card) }) }
}

/** Whether the id of a workflow that is there may be used again. */
export const mayStart = ({ status, card }: Head, reuse: Reuse): boolean => {
  if (reuse === 'unbegun') return status === 'cancelled' && typeof cardOf(card).beginMs === 'number'
  return hasEnded(status) && (reuse === 'allow' || (reuse === 'failed' && status !== 'completed'))
}

/** Whether a workflow that is there was started by the very ask that wants to start it. */
export const isAskedAgain = ({ id, card }: Head, { birth }: Start): boolean =>
  birth !== undefined && (id === birth || cardOf(card).birth === birth)

export const workflowExists = (id: string, status: string): WippyError =>
  new WippyError('WORKFLOW_EXISTS', Kind.AlreadyExists, `workflow "${id}" exists already: it is ${status}`, {
    retryable: false,
    details: { id, status },
    hint: `Give another id, or look at that one: wippy workflow show ${id}`,
  })
