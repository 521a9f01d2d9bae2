// A group of processes with limits: Wippy's `process.host`.

import { formatPid, type Pid } from '../pid.ts'
import { hostFull } from './failure.ts'
import { defaultMailbox, type MailboxLimits } from './mailbox.ts'

export type HostLimits = {
  /** Processes alive at once. */
  readonly processes: number
  readonly mailbox: MailboxLimits
  /** Of one process. */
  readonly memoryBytes: number
  /** Work units before another process gets its turn. */
  readonly fuel: number
  /** Work units without a point to stop at before a process is ended; what the size of its memory bounds, as collecting, may take longer. */
  readonly hardFuel: number
}

export const defaultLimits: HostLimits = {
  processes: 1_000_000,
  mailbox: defaultMailbox,
  memoryBytes: 32 * 1024 * 1024,
  fuel: 100_000,
  hardFuel: 600_000,
}

export class Host {
  /** Registry id, `app:processes`. */
  readonly id: string
  /** The node's name; empty when it has none. */
  readonly node: string
  /** Replaced when the host's entry changes; holds for processes spawned from then on. */
  limits: HostLimits
  #alive = 0
  #spawned = 0

  constructor(id: string, limits: Partial<HostLimits> = {}, node = '') {
    this.id = id
    this.node = node
    this.limits = { ...defaultLimits, ...limits }
  }

  /** Processes alive. */
  get alive(): number {
    return this.#alive
  }

  /** Processes ever spawned. */
  get spawned(): number {
    return this.#spawned
  }

  pidOf(uniq: number | string): Pid {
    return formatPid(this.id, uniq, this.node)
  }

  get isFull(): boolean {
    return this.#alive >= this.limits.processes
  }

  /** Counts one more process in; fails with HOST_FULL. */
  admit(): void {
    this.#take()
    this.#spawned++
  }

  /** Keeps a place for a process that is to be spawned; the returned function gives it back, once. Fails with HOST_FULL. */
  reserve(): () => void {
    this.#take()
    let isHeld = true
    return () => {
      if (isHeld) this.release()
      isHeld = false
    }
  }

  release(): void {
    this.#alive--
  }

  #take(): void {
    if (this.isFull) throw hostFull(this.id, this.limits.processes)
    this.#alive++
  }
}
