// The children of one supervisor, in the order of their start: how one is started, and how several are ended.
//
//   C1 An end that was asked for here is heard by who asked; an end of an earlier run is heard by nobody; any other is `ended`.
//   C2 Several are ended one after another, the last first, or all at once. Ending any number of them needs no stack.

import type { WippyError } from '../error.ts'
import type { Pid } from '../pid.ts'
import type { ChildSpec } from './child.ts'
import type { Exit } from './exit.ts'
import type { Scheduler } from './scheduler.ts'

const REASON = 'supervisor stopping'

export class Child<Program> {
  spec: ChildSpec<Program>
  /** Part of the supervisor's plan, not started by request. */
  readonly isPlanned: boolean
  pid: Pid | null = null
  /** Could not be started, and will be tried again. */
  isRestarting = false
  restarts = 0
  run = 0
  gone: (() => void) | null = null // waits for its end

  constructor(spec: ChildSpec<Program>, isPlanned: boolean) {
    this.spec = spec
    this.isPlanned = isPlanned
  }
}

export type ChildrenOptions<Program> = {
  readonly scheduler: Scheduler
  /** Spawns a child; throws why it cannot. `ended` is called later, once it runs and then ends. */
  readonly spawn: (spec: ChildSpec<Program>, supervisor: Pid, ended: (exit: Exit) => void) => Pid
  readonly setTimer: (ms: number, fn: () => void) => () => void
}

export class Children<Program> {
  readonly #options: ChildrenOptions<Program>
  readonly #supervisor: Pid
  readonly #ended: (child: Child<Program>, exit: Exit) => void
  readonly #byPid = new Map<Pid, Child<Program>>()
  #all = new Set<Child<Program>>()

  /** `ended` hears when a child has ended by itself. */
  constructor(supervisor: Pid, options: ChildrenOptions<Program>, ended: (child: Child<Program>, exit: Exit) => void) {
    this.#supervisor = supervisor
    this.#options = options
    this.#ended = ended
  }

  get size(): number {
    return this.#all.size
  }

  /** A copy, first started first. */
  list(): Child<Program>[] {
    return [...this.#all]
  }

  add(child: Child<Program>): void {
    this.#all.add(child)
  }

  delete(child: Child<Program>): void {
    this.#all.delete(child)
  }

  /** Others, or in another order; who is no longer among them is for the caller to end. */
  arrange(children: readonly Child<Program>[]): void {
    this.#all = new Set(children)
  }

  byPid(pid: string): Child<Program> | undefined {
    return this.#byPid.get(pid as Pid)
  }

  byId(id: string): Child<Program> | undefined {
    for (const child of this.#all) if (child.spec.id === id) return child
    return undefined
  }

  /** Starts a run of a child; why it could not, or null. */
  start(child: Child<Program>): WippyError | null {
    const run = ++child.run
    child.isRestarting = false
    try {
      const pid = this.#options.spawn(child.spec, this.#supervisor, (exit) => this.#hear(child, run, pid, exit))
      child.pid = pid
      this.#byPid.set(pid, child)
      return null
    } catch (error) {
      return error as WippyError
    }
  }

  /** Whether `run` is the last run of a child, and over: nobody has started or ended it since. */
  isOver(child: Child<Program>, run: number): boolean {
    return child.run === run && child.pid === null && this.#all.has(child)
  }

  /** Ends children one after another, the last first, then goes on. */
  stop(children: readonly Child<Program>[], then: () => void): void {
    const left = [...children]
    const next = (): void => {
      for (let child = left.pop(); child !== undefined; child = left.pop()) if (this.#mustWait(child, next)) return
      then()
    }
    next()
  }

  /** Asks all children to end at once, then goes on. */
  stopTogether(then: () => void): void {
    let left = 1
    const one = (): void => {
      if (--left === 0) then()
    }
    for (const child of this.#all) {
      left++
      if (!this.#mustWait(child, one)) left--
    }
    one()
  }

  /** Ends all that run by force, those that a new plan has no more among them. */
  kill(): void {
    for (const pid of [...this.#byPid.keys()].reverse()) this.#kill(pid)
  }

  #hear(child: Child<Program>, run: number, pid: Pid, exit: Exit): void {
    this.#byPid.delete(pid)
    if (child.run !== run) return
    child.pid = null
    const { gone } = child
    child.gone = null
    if (gone !== null) gone()
    else this.#ended(child, exit)
  }

  /** Ends a child. True when it still runs: `gone` is called when it has ended. */
  #mustWait(child: Child<Program>, gone: () => void): boolean {
    const { pid, spec } = child
    const { scheduler, setTimer } = this.#options
    child.isRestarting = false
    if (pid === null) {
      child.run++ // so that nobody acts on its end later
      return false
    }
    let forgetTimer = (): void => {}
    child.gone = () => {
      forgetTimer()
      gone()
    }
    if (spec.shutdown === 'brutal_kill') this.#kill(pid)
    else {
      if (spec.shutdown !== Number.POSITIVE_INFINITY) forgetTimer = setTimer(spec.shutdown, () => this.#kill(pid))
      if (scheduler.processes.find(pid)) scheduler.delivery.cancel(pid, REASON, this.#supervisor)
    }
    return true
  }

  #kill(pid: Pid): void {
    const { scheduler } = this.#options
    if (scheduler.processes.find(pid)) scheduler.terminate(pid)
  }
}
