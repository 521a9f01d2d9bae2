// The partitions of one node: claimed, renewed, handed over to others.
//
//   O1 A lease says who tries to go on with a workflow; who wins is decided by the position of its journal, whatever this file believes.
//   O2 A lease is over here before it is over in the engine: its time is counted from before the claim was sent. From then on nothing of a
//      workflow leaves the node until a claim has said whose it is: a node that was frozen, or cut off, finds out first.
//   O3 What was somebody else's in between is not gone on with, but taken up anew.

import type { Clock } from '../clock.ts'
import type { Engine } from './engine.ts'
import { ALL, type Partitions, partitionOf } from './partition.ts'

const RENEWALS = 3 // within the time of a lease
const SURE = 0.95 // of its time: clocks do not run alike
const SOON_MS = 20 // behind the end of another node's lease
const HANDED_OVER = 8 // partitions at once
const RETRY_MS = 500

const wallMs = (clock: Clock): number => clock.wallMs?.() ?? clock.nowMs()

export type LeasesOptions = {
  readonly engine: Engine
  readonly clock: Clock
  /** One start of one node. */
  readonly node: string
  readonly ttlMs: number
  readonly gained: (parts: Partitions) => void
  /** They are somebody else's: what runs there is given up at once. */
  readonly lost: (parts: Partitions) => void
  /** Gives up in order what runs there. */
  readonly handOver: (parts: Partitions) => Promise<void>
  readonly report: (error: unknown) => void
}

export class Leases {
  readonly #options: LeasesOptions
  #held: ReadonlyMap<number, number> = new Map()
  #parts: Partitions = new Set()
  #leaving: Partitions = new Set() // on their way to others
  #untilMs = Number.NEGATIVE_INFINITY
  #untilWallMs = Number.NEGATIVE_INFINITY
  #last: Promise<void> = Promise.resolve() // claim or release
  #queued: Promise<void> | null = null
  #cancelNext: (() => void) | null = null
  #waiting: (() => void)[] = [] // who wants to be sure
  #isAway = false
  #isAlone = false
  #isStopped = false

  constructor(options: LeasesOptions) {
    this.#options = options
  }

  /** Those whose workflows this node goes on with. */
  get parts(): Partitions {
    return this.#parts
  }

  /** Whether no other node can have any. */
  get isAlone(): boolean {
    return this.#isAlone
  }

  has(id: string): boolean {
    return this.#parts.has(partitionOf(id))
  }

  /** Null when leases hold; else resolves once a claim has said whose they are, and what is lost has been given up. */
  sure(): Promise<void> | null {
    if (this.#isHeld()) return null
    return new Promise((resolve) => {
      this.#waiting.push(resolve)
      void this.claim()
    })
  }

  /** Claims now. What goes wrong is reported, and tried again. */
  claim(): Promise<void> {
    this.#queued ??= this.#inTurn(() => {
      this.#queued = null
      return this.#claim()
    })
    return this.#queued
  }

  /** Gives all up, so that others go on at once. What runs there must have been given up. */
  async stop(): Promise<void> {
    this.#isStopped = true
    this.#cancelNext?.()
    this.#parts = new Set()
    const { engine, node, report } = this.#options
    if (!this.#isAlone) await this.#inTurn(() => engine.release(node, ALL, true)).catch(report)
  }

  /** By both clocks: one of them stands still while the machine is suspended, and the other one jumps. */
  #isHeld(): boolean {
    const { clock } = this.#options
    return clock.nowMs() < this.#untilMs && wallMs(clock) < this.#untilWallMs
  }

  /** Claims and releases go one after the other. */
  #inTurn(act: () => Promise<void>): Promise<void> {
    const acted = this.#last.then(act)
    this.#last = acted.catch(() => {})
    return acted
  }

  async #claim(): Promise<void> {
    const { engine, clock, node, ttlMs } = this.#options
    if (this.#isStopped) return
    this.#cancelNext?.()
    let nextMs = ttlMs / RENEWALS
    try {
      const sentMs = clock.nowMs()
      const sentWallMs = wallMs(clock)
      const { held, share, othersMs, isAlone } = await engine.claim(node, ttlMs)
      if (this.#isStopped) return
      this.#isAlone = isAlone
      this.#isAway = false
      this.#untilMs = isAlone ? Number.POSITIVE_INFINITY : sentMs + ttlMs * SURE
      this.#untilWallMs = isAlone ? Number.POSITIVE_INFINITY : sentWallMs + ttlMs * SURE
      if (othersMs !== null) nextMs = Math.min(nextMs, Math.max(othersMs, 0) + SOON_MS)
      this.#take(held)
      if (this.#isHeld()) for (const resolve of this.#waiting.splice(0)) resolve()
      else nextMs = 0 // it was frozen meanwhile
      if (held.size > share && this.#leaving.size === 0) void this.#handOver(Math.min(held.size - share, HANDED_OVER))
    } catch (error) {
      if (!this.#isAway) this.#options.report(error)
      this.#isAway = true
      nextMs = Math.min(nextMs, RETRY_MS)
    }
    if (!this.#isStopped && !this.#isAlone) this.#cancelNext = clock.setTimer(nextMs, () => void this.claim())
  }

  #take(held: ReadonlyMap<number, number>): void {
    const before = this.#held
    const differing = (some: ReadonlyMap<number, number>, others: ReadonlyMap<number, number>): Partitions =>
      new Set([...some].filter(([part, turns]) => others.get(part) !== turns).map(([part]) => part))
    const lost = differing(before, held)
    const gained = differing(held, before)
    this.#held = held
    this.#parts = new Set([...held.keys()].filter((part) => !this.#leaving.has(part)))
    if (lost.size > 0) this.#options.lost(lost)
    if (gained.size > 0) this.#options.gained(gained)
  }

  /** Lets other nodes have so many, a few at a time. */
  async #handOver(count: number): Promise<void> {
    const { engine, node, handOver, report } = this.#options
    const leaving = new Set([...this.#parts].slice(-count))
    this.#leaving = leaving
    this.#parts = new Set([...this.#parts].filter((part) => !leaving.has(part)))
    try {
      await handOver(leaving)
      await this.#inTurn(() => engine.release(node, leaving, false))
      this.#held = new Map([...this.#held].filter(([part]) => !leaving.has(part)))
    } catch (error) {
      report(error)
    }
    this.#leaving = new Set()
    void this.claim()
  }
}
