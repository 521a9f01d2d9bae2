// Services: entries that run under the root supervisor, each as one process (`process.service`, `process.supervisor`).
//
//   S1 What changes mean for a service is carried out behind them, one after another: stopping takes time, and whoever made the change may
//      be the very process that is to stop.
//   S2 A service whose run is made of something else now, or has other rights, is stopped and started again, and after it those that ran and require it. A new
//      lifecycle alone interrupts nobody.

import { isDeepStrictEqual } from 'node:util'
import type { WippyError } from '../error.ts'
import type { Exit } from '../kernel/exit.ts'
import { ProcessService } from '../kernel/process-service.ts'
import type { Scheduler } from '../kernel/scheduler.ts'
import type { Lifecycle } from '../kernel/service.ts'
import type { Supervisor } from '../kernel/supervisor.ts'
import type { Pid } from '../pid.ts'
import type { State } from '../registry/change.ts'
import type { Entry } from '../registry/entry.ts'
import type { Handler } from '../registry/kinds.ts'
import { checkSecurity, rightsIn } from './authority.ts'
import { lifecycleOf } from './lifecycle.ts'
import { errorOf } from './outcome.ts'

/** Kinds of entries that stand under the root supervisor. */
const SERVICE_KINDS = ['process.service', 'process.supervisor']

/** What a kind of services is. */
export type ServiceKind = {
  readonly kind: string
  /** Throws what is wrong with an entry. `after` is the state as it would be. */
  check(entry: Entry, after: State): void
  /** What a run is made of: when it changes, the service is stopped and started again. */
  runOf(entry: Entry): unknown
  /** Starts a run. */
  spawn(entry: Entry): Pid
  /** Takes in, wherever the entry runs, what changed besides. */
  adopt?(entry: Entry): Promise<void>
}

type Known = {
  readonly entry: Entry
  readonly of: ServiceKind
  readonly lifecycle: Lifecycle
  readonly autoStart: boolean
  readonly isRequired: boolean
}

export type ServicesOptions = {
  readonly scheduler: Scheduler
  readonly supervisor: Supervisor
  /** Hears why a service does not run and will not be tried again. */
  readonly report: (error: WippyError) => void
}

export class Services {
  readonly #options: ServicesOptions
  readonly #known = new Map<string, Known>()
  readonly #work = new Map<string, Promise<void>>() // by service, while there is some
  #waiting: string[] | null = [] // those with `auto_start`, until they are started together

  constructor(options: ServicesOptions) {
    this.#options = options
  }

  /** Acts on the entries of a kind. */
  handler(of: ServiceKind): Handler {
    return {
      kinds: [of.kind],
      prepare: ({ kind, entry }, after) => {
        if (kind === 'entry.delete') return
        of.check(entry, after)
        lifecycleOf(entry)
        checkSecurity(entry, after)
      },
      commit: ({ kind, entry }, after) => {
        if (kind === 'entry.delete') return this.#behind(entry.id, () => this.#remove(entry.id))
        const { lifecycle, ...rest } = lifecycleOf(entry)
        const requires = lifecycle.requires.filter((id) => SERVICE_KINDS.includes(after.get(id)?.kind ?? ''))
        this.#behind(entry.id, () => this.#take({ entry, of, ...rest, lifecycle: { ...lifecycle, requires } }))
      },
    }
  }

  /**
   * Starts everything with `auto_start`; those of one level at once. Resolves when it is known of each whether it runs, with those that could
   * not be started and that a node should not run without.
   */
  async startAll(): Promise<readonly string[]> {
    await Promise.all(this.#work.values())
    const ids = this.#waiting ?? []
    this.#waiting = null
    const isStarted = await Promise.all(ids.map((id) => this.#start(id)))
    return ids.filter((id, at) => !isStarted[at] && this.#known.get(id)?.isRequired === true)
  }

  async #take(next: Known): Promise<void> {
    const { entry, of, lifecycle, autoStart } = next
    const { supervisor } = this.#options
    const known = this.#known.get(entry.id)
    if (known?.of === of && isDeepStrictEqual([of.runOf(known.entry), rightsIn(known.entry)], [of.runOf(entry), rightsIn(entry)])) {
      this.#known.set(entry.id, next)
      supervisor.update(entry.id, lifecycle)
      await of.adopt?.(entry)
      if (autoStart && !this.#isUp(entry.id)) void this.#start(entry.id)
      return
    }
    const users = this.#usersOf(entry.id).filter((id) => this.#isUp(id))
    if (known !== undefined) await this.#remove(entry.id)
    this.#known.set(entry.id, next)
    supervisor.add(entry.id, this.#supervised(entry), lifecycle)
    if (autoStart && this.#waiting !== null) this.#waiting.push(entry.id)
    else for (const id of autoStart ? [entry.id, ...users] : users) void this.#start(id)
    await of.adopt?.(entry)
  }

  async #remove(id: string): Promise<void> {
    await this.#options.supervisor.remove(id)
    this.#known.delete(id)
  }

  #behind(id: string, act: () => Promise<void>): void {
    const work = (this.#work.get(id) ?? Promise.resolve())
      .then(act)
      .catch((error) => this.#options.report(error))
      .finally(() => {
        if (this.#work.get(id) === work) this.#work.delete(id)
      })
    this.#work.set(id, work)
  }

  /** Whether it could be started; why not is reported, unless it is tried again. */
  async #start(id: string): Promise<boolean> {
    try {
      await this.#settled(id)
      if (!this.#known.has(id)) return false // it is gone by now
      const { error, retrying } = await this.#options.supervisor.start(id)
      if (error && !retrying) this.#options.report(error)
      return error === null
    } catch (error) {
      this.#options.report(error as WippyError)
      return false
    }
  }

  /** Resolves when no change of a service, or of one that it requires, is being carried out. */
  async #settled(id: string): Promise<void> {
    const family = new Set([id])
    for (const one of family) for (const required of this.#known.get(one)?.lifecycle.requires ?? []) family.add(required)
    const work = [...family].flatMap((one) => this.#work.get(one) ?? [])
    if (work.length === 0) return
    await Promise.all(work)
    await this.#settled(id) // more may have come
  }

  #isUp(id: string): boolean {
    if (!this.#options.supervisor.has(id)) return false
    const { state, retrying } = this.#options.supervisor.status(id)
    return state === 'starting' || state === 'running' || retrying
  }

  /** Services that require one, directly or through others, those it needs first. */
  #usersOf(id: string): string[] {
    const found = new Set<string>()
    const visit = (needed: string): void => {
      for (const [user, { lifecycle }] of this.#known) {
        if (found.has(user) || !lifecycle.requires.includes(needed)) continue
        found.add(user)
        visit(user)
      }
    }
    visit(id)
    return [...found]
  }

  #supervised({ id }: Entry): ProcessService {
    const { scheduler } = this.#options
    const spawn = (onExit: (exit: Exit) => void): Pid => {
      const { entry, of } = this.#known.get(id)!
      const pid = of.spawn(entry)
      scheduler.onExit(pid, onExit)
      return pid
    }
    return new ProcessService(scheduler, spawn, errorOf)
  }
}
