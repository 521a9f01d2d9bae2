// One consumer of a queue: takes messages while it runs, so many at once.
//
//   queue.consumer   queue, func, concurrency: 1 (at most 1000), auto_ack: false, lifecycle

import type { WippyError } from '../error.ts'
import type { Scheduler } from '../kernel/scheduler.ts'
import type { Supervised } from '../kernel/supervisor.ts'
import type { Pid } from '../pid.ts'
import { type Entry, fieldsOf, resolveId } from '../registry/entry.ts'
import { EntrySettings } from './settings.ts'

const MOST_AT_ONCE = 1000

type Consuming = { readonly queue: string; readonly func: string; readonly concurrency: number; readonly autoAck: boolean }

/** What an entry says. Throws ENTRY_FIELD. */
export const consumingOf = (entry: Entry): Consuming => {
  const settings = new EntrySettings(entry, fieldsOf(entry))
  return {
    queue: resolveId(settings.text('queue'), entry.ns),
    func: resolveId(settings.text('func'), entry.ns),
    concurrency: settings.count('concurrency', 1, MOST_AT_ONCE),
    autoAck: settings.flag('auto_ack', false),
  }
}

export class Consumer implements Supervised {
  entry!: Entry
  consuming!: Consuming
  isOpen = false
  readonly #feed: () => void
  readonly #scheduler: Scheduler
  readonly #running = new Set<Pid>()
  readonly #awaited = new Map<Pid, (() => void)[]>() // of those that run, who waits for their end
  #onIdle: () => void = () => {}

  /** `feed` gives it what waits, as far as it has room. */
  constructor(entry: Entry, scheduler: Scheduler, feed: (consumer: Consumer) => void) {
    this.#scheduler = scheduler
    this.#feed = () => feed(this)
    this.take(entry)
  }

  /** What it does from now on. */
  take(entry: Entry): void {
    this.entry = entry
    this.consuming = consumingOf(entry)
  }

  get hasRoom(): boolean {
    return this.isOpen && this.#running.size < this.consuming.concurrency
  }

  async start(ended: (error: WippyError | null) => void): Promise<void> {
    this.isOpen = true
    this.#onIdle = () => {
      if (!this.isOpen && this.#running.size === 0) ended(null)
    }
    this.#feed()
  }

  async stop(): Promise<void> {
    this.isOpen = false
    this.#onIdle()
    await Promise.all([...this.#running].map((pid) => new Promise<void>((resolve) => this.#await(pid, resolve))))
  }

  kill(): void {
    for (const pid of this.#running) if (this.#scheduler.processes.find(pid)) this.#scheduler.terminate(pid)
  }

  began(pid: Pid): void {
    this.#running.add(pid)
  }

  ended(pid: Pid): void {
    this.#running.delete(pid)
    for (const resolve of this.#awaited.get(pid) ?? []) resolve()
    this.#awaited.delete(pid)
    this.#onIdle()
    this.#feed()
  }

  #await(pid: Pid, resolve: () => void): void {
    this.#awaited.set(pid, [...(this.#awaited.get(pid) ?? []), resolve])
  }
}
