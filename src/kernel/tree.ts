// One supervisor of a supervision tree: what it does when one of its children ends. As OTP's `supervisor` does it, with one difference:
// giving up because of too many restarts is a failure, not a `shutdown`, so a transient supervisor is started again after it.
//
//   T1 Children start in order and are ended in the reverse order, each after the one before it has ended.
//   T2 One thing at a time: while siblings are ended and started again, requests and further ends wait their turn.
//   T3 When the supervisor's process has ended, however that came about, no child is left.

import type { WippyError } from '../error.ts'
import type { Pid } from '../pid.ts'
import { type ChildSpec, checkPlan, faultOf, type Plan } from './child.ts'
import { Child, Children, type ChildrenOptions } from './children.ts'
import type { Exit } from './exit.ts'
import * as failure from './failure.ts'
import { Intensity } from './intensity.ts'
import { OneByOne } from './one-by-one.ts'
import type { SpawnSpec } from './process.ts'
import { type Arrangement, arranged, endsWithIt, groupOf, isNeeded } from './reaction.ts'
import { TreeBody } from './tree-body.ts'
import { type ChildView, type Counts, countsOf, viewOf } from './tree-view.ts'

const NOBODY_MOVES = { leaving: [], arriving: [] } as const

/** `restart`: an ended child is started again; `end`: it is not; `start`: it could not be; `escalate`: that was one restart too many. */
export type TreeEvent = {
  readonly what: 'restart' | 'end' | 'start' | 'escalate'
  readonly supervisor: Pid
  readonly child: string
  readonly error: WippyError | null
}

export type TreeOptions<Program> = ChildrenOptions<Program> & {
  /** Reads the error of an abnormal end, which is msgpack. */
  readonly errorOf: (exit: Exit) => WippyError
  /** Whether two programs are the same. */
  readonly isSame: (a: Program, b: Program) => boolean
  readonly nowMs: () => number
  readonly happened?: (event: TreeEvent) => void
}

export class Tree<Program> {
  readonly pid: Pid
  readonly #options: TreeOptions<Program>
  readonly #children: Children<Program>
  readonly #body: TreeBody
  readonly #intensity = new Intensity()
  readonly #jobs = new OneByOne()
  #plan: Plan<Program>
  #state: 'running' | 'ending' | 'over' = 'running'
  #restarts = 0

  /**
   * Starts a supervisor: its process, then its children in order. When one cannot be started, those before it are taken back before they
   * have run, and it throws CHILD_NOT_STARTED. Throws SUPERVISOR_INVALID, SUPERVISOR_FULL, and what spawning throws.
   */
  constructor(plan: Plan<Program>, process: Omit<SpawnSpec, 'body' | 'trapLinks'>, options: TreeOptions<Program>) {
    checkPlan(plan)
    this.#plan = plan
    this.#options = options
    this.#body = new TreeBody(() => this.#shutDown(null))
    const { scheduler } = options
    const supervisor = scheduler.spawn({ ...process, body: this.#body, trapLinks: true })
    this.pid = supervisor.pid
    this.#children = new Children(this.pid, options, (child, exit) => this.#ended(child, exit))
    supervisor.onEnd(() => this.#abandon())
    if (!this.#isSimple) this.#begin(plan.children)
  }

  get plan(): Plan<Program> {
    return this.#plan
  }

  /** How often children were started again, or tried to be. */
  get restarts(): number {
    return this.#restarts
  }

  /** Every child in the order of their start. */
  children(): ChildView[] {
    return this.#children.list().map(viewOf)
  }

  get counts(): Counts {
    return countsOf(this.#children.list(), this.#isSimple)
  }

  /** One more child, started. It is forgotten when it cannot be started. Rejects with CHILD_KNOWN, CHILD_NOT_STARTED, SUPERVISOR_FULL. */
  startChild(spec: ChildSpec<Program>): Promise<Pid> {
    return this.#request(() => {
      const fault = faultOf(this.#plan, spec)
      if (fault !== null) throw fault
      const known = this.#isSimple ? undefined : this.#children.byId(spec.id)
      if (known) throw failure.childKnown(spec.id, known.pid)
      const { maxChildren } = this.#plan
      if (this.#children.size >= maxChildren) throw failure.supervisorFull(maxChildren)
      const child = new Child(spec, false)
      const pid = this.#started(child)
      this.#children.add(child)
      return pid
    })
  }

  /** Starts a child that does not run. Rejects with CHILD_NOT_FOUND, CHILD_RUNNING, CHILD_RESTARTING, CHILD_NOT_STARTED. */
  restartChild(id: string): Promise<Pid> {
    return this.#request(() => this.#started(this.#idle(id)))
  }

  /** Forgets a child that does not run. Rejects with CHILD_NOT_FOUND, CHILD_RUNNING, CHILD_RESTARTING. */
  deleteChild(id: string): Promise<void> {
    return this.#request(() => this.#children.delete(this.#idle(id)))
  }

  /** Ends a child, by its id or its pid; it stays known unless it is temporary. Rejects with CHILD_NOT_FOUND. */
  terminateChild(key: string): Promise<void> {
    return this.#job((resolve, reject, done) => {
      const child = this.#children.byPid(key) ?? (this.#isSimple ? undefined : this.#children.byId(key))
      if (child === undefined) {
        reject(failure.childUnknown(key))
        return done()
      }
      this.#children.stop([child], () => {
        if (this.#isSimple || child.spec.restart === 'temporary') this.#children.delete(child)
        resolve()
        done()
      })
    })
  }

  /**
   * Another plan. How children are supervised changes at once and interrupts nobody; children whose program changed are ended and started
   * again, new ones are started, those no longer in the plan are ended. Children started by request stay. Throws SUPERVISOR_INVALID.
   */
  adopt(plan: Plan<Program>): Promise<void> {
    checkPlan(plan)
    if (this.#isSimple !== (plan.strategy === 'simple_one_for_one')) {
      throw failure.planInvalid('simple_one_for_one and the other strategies cannot be exchanged while the supervisor runs')
    }
    return this.#job((resolve, _reject, done) => {
      this.#plan = plan
      const { leaving, arriving } = this.#isSimple ? NOBODY_MOVES : this.#arrange(plan)
      this.#children.stop(leaving, () => {
        resolve()
        this.#startAll(arriving)
        done()
      })
    })
  }

  get #isSimple(): boolean {
    return this.#plan.strategy === 'simple_one_for_one'
  }

  #begin(specs: readonly ChildSpec<Program>[]): void {
    try {
      for (const spec of specs) {
        const child = new Child(spec, true)
        this.#children.add(child)
        this.#started(child)
      }
    } catch (error) {
      this.#abandon()
      this.#options.scheduler.fail(this.pid, error as WippyError)
      throw error
    }
  }

  #started(child: Child<Program>): Pid {
    const error = this.#children.start(child)
    if (error === null) return child.pid!
    this.#tell('start', child, error)
    throw failure.childNotStarted(child.spec.id, error)
  }

  /** A child that does not run. */
  #idle(id: string): Child<Program> {
    if (this.#isSimple) throw failure.planInvalid('children of simple_one_for_one have no ids of their own')
    const child = this.#children.byId(id)
    if (child === undefined) throw failure.childUnknown(id)
    if (child.pid) throw failure.childRunning(id)
    if (child.isRestarting) throw failure.childRestarting(id)
    return child
  }

  #arrange({ children }: Plan<Program>): Arrangement<Program> {
    const arrangement = arranged(children, this.#children.list(), this.#options.isSame)
    this.#children.arrange(arrangement.children)
    return arrangement
  }

  /**
   * Starts children in order. One that cannot be started is tried again; those that its strategy starts again with it are started then, and
   * not before.
   */
  #startAll(children: readonly Child<Program>[]): void {
    for (const child of children) {
      const error = this.#children.start(child)
      if (error === null) continue
      this.#tell('start', child, error)
      child.isRestarting = true
      const { run } = child
      const again = (done: () => void): void =>
        child.isRestarting && this.#children.isOver(child, run) ? this.#restart(child, done) : done()
      this.#options.setTimer(0, () => this.#add(again))
      if (this.#plan.strategy === 'one_for_all' || this.#plan.strategy === 'rest_for_one') return
    }
  }

  #ended(child: Child<Program>, exit: Exit): void {
    const { run } = child
    this.#add((done) => (this.#children.isOver(child, run) ? this.#react(child, exit, done) : done()))
  }

  /** A child has ended by itself. */
  #react(child: Child<Program>, exit: Exit, done: () => void): void {
    const { spec } = child
    const error = exit.ok ? null : this.#options.errorOf(exit)
    const comesBack = isNeeded(spec, error)
    this.#tell(comesBack ? 'restart' : 'end', child, error)
    if (comesBack) {
      this.#restart(child, done)
      return
    }
    if (spec.restart === 'temporary' || this.#isSimple) this.#children.delete(child)
    if (spec.significant && endsWithIt(this.#plan, this.#children.list())) this.#shutDown(null)
    done()
  }

  #restart(child: Child<Program>, done: () => void): void {
    const { maxRestarts, withinMs } = this.#plan
    if (!this.#intensity.allows(this.#options.nowMs(), maxRestarts, withinMs)) {
      this.#tell('escalate', child, null)
      this.#shutDown(failure.tooManyRestarts(child.spec.id, maxRestarts, withinMs))
      done()
      return
    }
    this.#restarts++
    child.restarts++
    const group = groupOf(this.#plan, child, this.#children.list())
    this.#children.stop(group, () => {
      for (const sibling of group) if (sibling.spec.restart === 'temporary') this.#children.delete(sibling)
      if (this.#state === 'running') this.#startAll(group.filter(({ spec }) => spec.restart !== 'temporary'))
      done()
    })
  }

  /** Ends the children and then the supervisor itself, as soon as what is under way has come to its end. */
  #shutDown(error: WippyError | null): void {
    if (this.#state !== 'running') return
    this.#state = 'ending'
    this.#jobs.refuse(failure.supervisorEnding(this.pid))
    this.#jobs.add((done) => {
      const finish = (): void => {
        this.#finish(error)
        done()
      }
      if (this.#isSimple) this.#children.stopTogether(finish)
      else this.#children.stop(this.#children.list(), finish)
    })
  }

  #finish(error: WippyError | null): void {
    if (this.#state === 'over') return
    this.#state = 'over'
    const { scheduler } = this.#options
    this.#body.finish()
    if (error !== null) scheduler.fail(this.pid, error)
    else scheduler.delivery.cancel(this.pid, '') // a step, to end in
  }

  /** Its process has ended, or never came to run. */
  #abandon(): void {
    this.#state = 'over'
    this.#jobs.refuse(failure.supervisorEnding(this.pid))
    this.#children.kill()
  }

  #request<T>(act: () => T): Promise<T> {
    return this.#job((resolve, reject, done) => {
      try {
        resolve(act())
      } catch (error) {
        reject(error as WippyError)
      }
      done()
    })
  }

  #job<T>(act: (resolve: (value: T) => void, reject: (error: WippyError) => void, done: () => void) => void): Promise<T> {
    return new Promise((resolve, reject) => this.#add((done) => act(resolve, reject, done), reject))
  }

  #add(run: (done: () => void) => void, refuse: (error: WippyError) => void = () => {}): void {
    if (this.#state === 'running') this.#jobs.add(run, refuse)
    else refuse(failure.supervisorEnding(this.pid))
  }

  #tell(what: TreeEvent['what'], child: Child<Program>, error: WippyError | null): void {
    this.#options.happened?.({ what, supervisor: this.pid, child: child.spec.id, error })
  }
}
