// How long workflows that have ended are kept. One look an hour forgets those whose time is over, and programs nobody names any more.
//
//   Q1 What has not ended is never touched. What has ended stays while its parent, or one who waits for its end, goes on: asked again after a
//      crash, these must find the child of the first time.
//      Of a journal that goes on, runs that are over go with their time as well: at a cut, so that some are kept for up to twice as long.
//   Q2 A workflow goes with all that is kept of it, its head last: cut short anywhere, the next look finds the rest.
//   Q3 The looks are taken in small parts, and others get their turn between them.

import type { Clock } from '../clock.ts'
import { cardOf } from './card.ts'
import { type Engine, type Head, hasEnded } from './engine.ts'
import type { Programs } from './programs.ts'

const EVERY_MS = 3_600_000
const AT_ONCE = 100

export type RetentionOptions = {
  readonly engine: Engine
  readonly programs: Programs
  readonly clock: Clock
  /** How long what has ended is kept. */
  readonly endedMs: number
  readonly report: (error: unknown) => void
  /** Whether this node looks, of all that share the engine. */
  readonly isOurs?: () => boolean
}

export class Retention {
  readonly #options: RetentionOptions
  #cancelTimer: (() => void) | null = null
  #looking: Promise<void> | null = null
  #isStopped = false

  constructor(options: RetentionOptions) {
    this.#options = options
  }

  /** Looks now, and again every hour. What goes wrong is reported; the next look tries again. */
  begin(): void {
    if (this.#isStopped) return
    const { isOurs = () => true } = this.#options
    this.#looking = (isOurs() ? this.sweep() : Promise.resolve()).catch(this.#options.report).finally(() => {
      this.#looking = null
      if (!this.#isStopped) this.#cancelTimer = this.#options.clock.setTimer(EVERY_MS, () => this.begin())
    })
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    this.#cancelTimer?.()
    await this.#looking
  }

  /** One look. */
  async sweep(): Promise<void> {
    await this.#options.programs.sweep(() => this.#forgetEnded())
  }

  /** Forgets workflows whose time is over; returns the programs of all others. */
  async #forgetEnded(): Promise<ReadonlySet<string>> {
    const { engine, clock, endedMs } = this.#options
    const until = clock.nowMs() - endedMs
    const named = new Set<string>()
    for (let after = ''; ; ) {
      const heads = await engine.list({ after, limit: AT_ONCE })
      for (const head of heads) {
        const isGone = !this.#isStopped && (await this.#isOver(head, until)) && (await engine.remove(head.id, head))
        if (isGone) continue
        named.add(cardOf(head.card).code)
        if (!this.#isStopped) await this.#forgetRuns(head, until)
      }
      const last = heads.at(-1)
      if (last === undefined) return named
      after = last.id
      await new Promise((resolve) => setImmediate(resolve))
    }
  }

  async #forgetRuns({ id, card }: Head, until: number): Promise<void> {
    const cut = cardOf(card).cuts?.findLast(({ ms }) => ms <= until)
    if (cut) await this.#options.engine.forget(id, cut.seq)
  }

  async #isOver({ status, card }: Head, until: number): Promise<boolean> {
    if (!hasEnded(status)) return false
    const { endedMs, parent, watchers } = cardOf(card)
    if (endedMs === null || endedMs > until) return false
    for (const id of [...(parent === null ? [] : [parent]), ...watchers.map((watcher) => watcher.id)]) {
      const other = await this.#options.engine.head(id)
      if (other !== null && !hasEnded(other.status)) return false
    }
    return true
  }
}
