// Processes that want to hear of the end of a workflow, wherever it runs and whether it is in memory.
//
//   Who links to a workflow hears of its end as well when that is none by an error: it watches it, too.

import { alreadyMonitoring, pidNotRegistered } from '../kernel/failure.ts'
import type { Scheduler } from '../kernel/scheduler.ts'
import { encode, encodeAll } from '../msgpack.ts'
import type { Pid } from '../pid.ts'
import { cardOf } from '../workflow/card.ts'
import type { Durables } from '../workflow/durables.ts'
import { hasEnded } from '../workflow/engine.ts'
import { idOf } from '../workflow/id.ts'

export class WorkflowWatchers {
  readonly #durables: Durables
  readonly #scheduler: Scheduler
  readonly #followed = new Set<Pid>()
  readonly #byLink = new Map<Pid, Set<Pid>>() // workflow → who watches it because of a link

  constructor(durables: Durables, scheduler: Scheduler) {
    this.#durables = durables
    this.#scheduler = scheduler
  }

  /** Throws PID_NOT_REGISTERED for one that has ended, ALREADY_MONITORING. */
  async monitor(from: Pid, to: Pid): Promise<void> {
    await this.#needRunning(to)
    if (!this.#scheduler.links.monitor(from, to)) throw alreadyMonitoring(to)
    this.#follow(to)
  }

  /** Throws PID_NOT_REGISTERED for one that has ended. */
  async link(from: Pid, to: Pid): Promise<void> {
    await this.#needRunning(to)
    this.#link(from, to)
    this.#follow(to)
  }

  unlink(from: Pid, to: Pid): void {
    const { links } = this.#scheduler
    links.unlink(from, to)
    if (this.#byLink.get(to)?.delete(from)) links.unmonitor(from, to)
  }

  /** Of one that was just started, as the way it was started says; it may have ended already. */
  started(from: Pid, to: Pid, how: string): void {
    if (how.endsWith('monitored')) this.#scheduler.links.monitor(from, to)
    if (how.includes('linked')) this.#link(from, to)
    if (how !== 'spawn') this.#follow(to)
  }

  #link(from: Pid, to: Pid): void {
    const { links } = this.#scheduler
    links.link(from, to)
    if (links.monitor(from, to)) this.#byLink.set(to, (this.#byLink.get(to) ?? new Set()).add(from))
  }

  async #needRunning(to: Pid): Promise<void> {
    const head = await this.#durables.engine.head(idOf(to)!)
    if (head === null || hasEnded(head.status)) throw pidNotRegistered(to)
  }

  /** Waits for the end once, however many watch. */
  #follow(to: Pid): void {
    if (this.#followed.has(to)) return
    this.#followed.add(to)
    const told = this.#durables.ended(idOf(to)!).then(
      ({ status, card }) =>
        this.#scheduler.gone(to, { ok: status === 'completed', payload: cardOf(card).result ?? encodeAll([]), error: null }),
      (error) => this.#scheduler.gone(to, { ok: false, payload: encode([null, error]), error: null }), // it was removed, or cannot be read
    )
    void told.finally(() => {
      this.#followed.delete(to)
      this.#byLink.delete(to)
    })
  }
}
