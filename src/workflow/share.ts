// The share of one node in all workflows: which ones it goes on with, and what it hears of others.
//
//   H1 What waits in a partition is taken up when the partition is gained, when somebody tells of it, and else at the next look.

import type { Clock } from '../clock.ts'
import type { Alarm } from './alarm.ts'
import type { Endings } from './endings.ts'
import type { Engine, News } from './engine.ts'
import { Leases } from './leases.ts'
import type { Loaded } from './loaded.ts'
import type { Partitions } from './partition.ts'

const PAGE = 500 // ids read at once
const LOOK_MS = 5000 // how often nodes look for what nobody told them
const LEAVE_MS = 5000 // for calls under way of workflows that go on elsewhere

export type ShareOptions = {
  readonly engine: Engine
  readonly clock: Clock
  /** One start of one node. */
  readonly node: string
  readonly leaseMs: number
  readonly loaded: Loaded
  readonly alarm: Alarm
  readonly endings: Endings
  readonly report: (error: unknown) => void
}

export class Share {
  readonly #options: ShareOptions
  readonly #leases: Leases
  #hasBegun = false
  #cancelLook: (() => void) | null = null
  #unwatch: (() => void) | null = null

  constructor(options: ShareOptions) {
    this.#options = options
    const { engine, clock, node, leaseMs, loaded, report } = options
    this.#leases = new Leases({
      ...{ engine, clock, report, node, ttlMs: leaseMs },
      gained: (parts) => {
        loaded.forgive(parts)
        void this.#look() // not in these alone: who had them may have told of nothing in the others
      },
      lost: (parts) => loaded.abandon(parts),
      handOver: (parts) => loaded.giveUp(parts, LEAVE_MS),
    })
  }

  get parts(): Partitions {
    return this.#leases.parts
  }

  has(id: string): boolean {
    return this.#leases.has(id)
  }

  /** Null when this node's leases hold; else resolves once it is known which workflows are its own, and the others have been given up. */
  sure(): Promise<void> | null {
    return this.#leases.sure()
  }

  /** Finds out which workflows are this node's. */
  async join(): Promise<void> {
    this.#unwatch = this.#options.engine.watch((news) => this.#heard(news))
    await this.#leases.claim()
  }

  /** Takes up what was under way, and sets the clock for what sleeps. */
  async begin(): Promise<void> {
    this.#hasBegun = true
    await this.#look()
    this.#lookLater()
  }

  /** Gives all up; others may take it up at once. Without `now` calls under way may come to their end. */
  async leave(now: boolean): Promise<void> {
    const { alarm, loaded } = this.#options
    this.#cancelLook?.()
    this.#unwatch?.()
    alarm.stop()
    await loaded.stop(now ? 0 : LEAVE_MS)
    await this.#leases.stop()
  }

  /** Something waits for a workflow in the engine, or it has ended. */
  async hint(id: string): Promise<void> {
    const { endings, loaded } = this.#options
    endings.tell(id)
    if (!loaded.isStopped && this.has(id)) await loaded.reach(id, (run) => run.pull())
  }

  #heard(news: News): void {
    const { alarm, endings, loaded } = this.#options
    if (news.kind === 'leases') void this.#leases.claim()
    else if (news.kind === 'missed') void this.#look()
    else if (news.kind === 'ended') {
      endings.tell(news.id)
      loaded.known(news.id)?.check()
    } else if (this.#hasBegun && this.has(news.id)) {
      void this.hint(news.id)
      void alarm.look()
    }
  }

  /** Takes up what waits. */
  async #look(): Promise<void> {
    const { engine, alarm, endings, loaded, report } = this.#options
    if (!this.#hasBegun || loaded.isStopped) return
    endings.look()
    try {
      for (let after = ''; ; ) {
        const waiting = await engine.waiting(after, PAGE, this.parts)
        await Promise.all(waiting.map(({ id, mail }) => this.#goOn(id, mail)))
        const last = waiting.at(-1)
        if (last === undefined) break
        after = last.id
      }
    } catch (error) {
      report(error)
    }
    await alarm.look()
  }

  async #goOn(id: string, hasMail: boolean): Promise<void> {
    const { loaded } = this.#options
    const run = loaded.known(id)
    if (run === null) await loaded.tryLoad(id)
    else if (hasMail) await run.pull()
  }

  #lookLater(): void {
    const { clock, loaded } = this.#options
    if (this.#leases.isAlone || loaded.isStopped) return
    this.#cancelLook = clock.setTimer(LOOK_MS, () => void this.#look().then(() => this.#lookLater()))
  }
}
