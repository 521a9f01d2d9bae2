// The record of one process: one run of a body under a pid. Code upgraded in place is a new record under the same pid.
//
// Lean, because hundreds of thousands of them wait at once: links, monitors and names live in tables of their own (links.ts, names.ts),
// an empty mailbox owns no buffer, and what few processes need is null until they do.

import type { Pid } from '../pid.ts'
import { Address } from './address.ts'
import type { Body, Commit } from './body.ts'
import type { Budget, Share } from './budget.ts'
import type { Exit } from './exit.ts'
import type { Host, HostLimits } from './host.ts'
import type { Mailbox } from './mailbox.ts'
import type { Tracer } from './trace.ts'

/** `suspended`: its last step is being made durable. `ended` is for ever. */
export type ProcessState = 'ready' | 'running' | 'waiting' | 'suspended' | 'ended'

/** What a process is made of and where it comes from. */
export type Origin = {
  readonly body: Body
  /** Registry id of the code. */
  readonly entry: string
  readonly startedAt: number // ms since 1970
  readonly parent?: Pid | null
  readonly trapLinks?: boolean
  readonly upgradable?: boolean
  /** Its own limits; those of its host at this moment when there are none. */
  readonly limits?: HostLimits
  /** What it inherits: opaque here. */
  readonly context?: unknown
  /** What the host hangs on it (a terminal, a workflow): opaque here. */
  readonly attachment?: unknown
  readonly commit?: Commit | null
}

export type SpawnSpec = Origin & {
  readonly host: Host
  /** Arguments of main, a msgpack array; none by default. */
  readonly args?: Uint8Array
  /** Where its random numbers begin, 32 bits. */
  readonly seed?: number
  /** Instead of a serial: a text of its own at the end of its pid. */
  readonly uniq?: string | undefined
  /** Whether the parent watches it, or is linked to it, from before its first step. */
  readonly monitor?: boolean
  readonly link?: boolean
  /** As `Scheduler.onExit`, from before its first step. */
  readonly onExit?: (exit: Exit) => void
  /** Instead of the budget of its parent; lies in it. */
  readonly budget?: Budget
}

/** New code for a running process. */
export type Successor = {
  readonly body: Body
  readonly entry: string
  readonly args: Uint8Array
  readonly seed?: number
  /** Instead of what the process inherited. */
  readonly context?: unknown
}

export class Process {
  readonly pid: Pid
  readonly serial: number // -1: its pid has a text of its own
  readonly host: Host
  readonly limits: HostLimits
  readonly entry: string
  readonly parent: Pid | null
  readonly startedAt: number
  readonly body: Body
  readonly mailbox: Mailbox
  readonly commit: Commit | null
  readonly context: unknown
  attachment: unknown
  trapLinks: boolean
  /** Whether it wants to hear that there is other code for it. */
  upgradable: boolean
  /** Whether there is. */
  isOutdated = false
  state: ProcessState = 'waiting'
  steps = 0
  fuel = 0 // spent so far
  /** Who watches its steps; null for nearly all. */
  tracers: readonly Tracer[] | null = null
  /** What it has of a budget; null for most. */
  share: Share | null = null
  /** Run once, in order, before anybody hears of the end. */
  ends: Set<() => void> | null = null
  /** Told of the end, after processes that watch. */
  exits: ((exit: Exit) => void)[] | null = null
  /** What ends or follows it as soon as the step at hand is released. */
  doom: Exit | null = null
  successor: Successor | null = null
  #address: Address | null = null

  constructor(pid: Pid, serial: number, host: Host, origin: Origin, mailbox: Mailbox) {
    this.pid = pid
    this.serial = serial
    this.host = host
    this.limits = origin.limits ?? host.limits
    this.entry = origin.entry
    this.parent = origin.parent ?? null
    this.startedAt = origin.startedAt
    this.body = origin.body
    this.mailbox = mailbox
    this.commit = origin.commit ?? null
    this.context = origin.context ?? null
    this.attachment = origin.attachment ?? null
    this.trapLinks = origin.trapLinks ?? false
    this.upgradable = origin.upgradable ?? false
  }

  /** The bytes of its pid, made when first needed. */
  get address(): Address {
    this.#address ??= new Address(this.pid, this)
    return this.#address
  }

  /** Runs `free` once when the process ends; the returned function forgets it. */
  onEnd(free: () => void): () => void {
    this.ends ??= new Set()
    this.ends.add(free)
    return () => this.ends?.delete(free)
  }
}
