// The root supervisor: starts services after those they require, stops them before those, and starts again what failed.
//
// What is wanted is noted first and carried out as soon as it may be:
//   U1. A service starts only while all it requires run (or ran and ended well); those of one level start at once.
//   U2. A service stops only when nothing that requires it is active any more.
//   U3. What an earlier run of a service reports is not heard.

import type { WippyError } from '../error.ts'
import { requirementFailed, serviceBroken, serviceCycle, serviceKnown, serviceUnknown } from './failure.ts'
import {
  defaultLifecycle,
  type Lifecycle,
  nextMove,
  type ServiceEvent,
  type ServiceStatus,
  type Supervision,
  unknownService,
} from './service.ts'

/** Something that can run: a process, a server, a connection. Each `start` is a new run. */
export interface Supervised {
  /** Runs it; done, or resolved, when it runs. `ended` is called when the run ends, with the error if it failed. */
  start(ended: (error: WippyError | null) => void): void | Promise<void>
  /** Asks it to end; done, or resolved, when it has. */
  stop(): void | Promise<void>
  /** Ends it by force. */
  kill(): void
}

export type SupervisorOptions = {
  /** Calls `fn` after `ms`; the returned function forgets it. */
  readonly setTimer: (ms: number, fn: () => void) => () => void
  /** From 0 to 1. */
  readonly random: () => number
  readonly changed?: (id: string, status: ServiceStatus) => void
}

class Service implements Supervision {
  readonly id: string
  readonly supervised: Supervised
  lifecycle: Lifecycle
  status = unknownService
  wanted: 'start' | 'stop' | null = null // not carried out yet
  run = 0
  forgetTimer: (() => void) | null = null
  waiting: (() => boolean)[] = [] // true: heard what it waited for
  before: Service | null = null // one with its id that is being removed

  constructor(id: string, supervised: Supervised, lifecycle: Lifecycle) {
    this.id = id
    this.supervised = supervised
    this.lifecycle = lifecycle
  }

  /** Whether those who require it may run. */
  get serves(): boolean {
    return this.status.state === 'running' || this.status.state === 'exited'
  }

  get isActive(): boolean {
    const { state, retrying } = this.status
    return state === 'starting' || state === 'running' || state === 'stopping' || retrying || this.wanted === 'start'
  }
}

export class Supervisor {
  readonly #options: SupervisorOptions
  readonly #services = new Map<string, Service>()
  readonly #leaving = new Set<Service>() // being removed: nobody finds them, and they stop in their turn

  constructor(options: SupervisorOptions) {
    this.#options = options
  }

  /**
   * Takes a service in, not started; while one with this id is still being removed it does not start. Throws SERVICE_KNOWN: one of this id
   * must be removed first.
   */
  add(id: string, supervised: Supervised, lifecycle: Partial<Lifecycle> = {}): void {
    if (this.#services.has(id)) throw serviceKnown(id)
    const service = new Service(id, supervised, { ...defaultLifecycle, ...lifecycle })
    service.before = [...this.#leaving].findLast((leaving) => leaving.id === id) ?? null
    this.#services.set(id, service)
  }

  /** Another lifecycle for a known service; it holds from its next move on. */
  update(id: string, lifecycle: Partial<Lifecycle>): void {
    this.#find(id).lifecycle = { ...defaultLifecycle, ...lifecycle }
  }

  /** Forgets a service; resolves when it has stopped, and before it what requires it. Throws SERVICE_UNKNOWN. */
  async remove(id: string): Promise<void> {
    const service = this.#find(id)
    this.#services.delete(id)
    this.#leaving.add(service)
    await this.#stop(service)
    this.#leaving.delete(service)
    this.#advance() // one with its id may start now
  }

  has(id: string): boolean {
    return this.#services.has(id)
  }

  /** Throws SERVICE_UNKNOWN. */
  status(id: string): ServiceStatus {
    return this.#find(id).status
  }

  /** Every service, in the order they came, and those that are being removed. */
  *services(): Generator<readonly [string, ServiceStatus]> {
    for (const { id, status } of this.#all()) yield [id, status]
  }

  /**
   * Starts a service, and before it what it requires. Resolves with what first came of it: running, exited, failed, or unknown with an
   * error when something it requires failed; it then still starts once that recovers. Throws SERVICE_UNKNOWN, SERVICE_CYCLE.
   */
  start(id: string): Promise<ServiceStatus> {
    const service = this.#want(id)
    const settled = this.#when(service, () => this.#outcome(service))
    this.#advance()
    return settled
  }

  /** Stops a service, and before it what requires it. Resolves when it has stopped, or is started again. Throws SERVICE_UNKNOWN. */
  stop(id: string): Promise<ServiceStatus> {
    return this.#stop(this.#find(id))
  }

  #stop(service: Service): Promise<ServiceStatus> {
    this.#unwant(service)
    const settled = this.#when(service, () => (service.wanted === 'stop' || service.status.state === 'stopping' ? null : service.status))
    this.#advance()
    return settled
  }

  /** Stops all services, those that nothing requires first. */
  async stopAll(): Promise<void> {
    await Promise.all([...this.#all()].map((service) => this.#stop(service)))
  }

  /** `above`: those that require it, from the one that was asked for down. `done`: those that are wanted by now. */
  #want(id: string, above = new Set<string>(), done = new Set<string>()): Service {
    const service = this.#find(id)
    if (above.has(id)) throw serviceCycle([...above, id])
    if (done.has(id)) return service
    const isAskedFor = above.size === 0
    above.add(id)
    for (const required of service.lifecycle.requires) this.#want(required, above, done)
    above.delete(id)
    done.add(id)
    const { state, retrying } = service.status
    const isUp = state === 'starting' || state === 'running' || (state === 'exited' && !isAskedFor) || retrying
    service.wanted = isUp ? null : 'start'
    return service
  }

  #unwant(service: Service): void {
    for (const dependent of this.#all()) {
      if (dependent.isActive && dependent.wanted !== 'stop' && dependent.lifecycle.requires.includes(service.id)) this.#unwant(dependent)
    }
    service.wanted = 'stop'
  }

  /** Carries out what is wanted and may be done now. */
  #advance(): void {
    for (let moved = true; moved; ) {
      moved = false
      for (const service of this.#all()) {
        if (!this.#mayMove(service)) continue
        const kind = service.wanted!
        service.wanted = null
        this.#hear(service, { kind })
        moved = true
      }
    }
    for (const service of this.#all()) service.waiting = service.waiting.filter((heard) => !heard())
  }

  #mayMove(service: Service): boolean {
    if (service.wanted === 'stop') return !this.#dependents(service).some(({ isActive }) => isActive)
    if (service.wanted !== 'start' || service.status.state === 'stopping') return false
    if (service.before !== null && this.#leaving.has(service.before)) return false
    return this.#requirements(service).every(({ serves }) => serves)
  }

  #hear(service: Service, event: ServiceEvent): void {
    const move = nextMove(service, event, this.#options.random())
    if (move === null) return
    service.status = move.status
    service.forgetTimer?.()
    service.forgetTimer = move.timerMs === null ? null : this.#options.setTimer(move.timerMs, () => this.#timer(service))
    this.#options.changed?.(service.id, move.status)
    if (move.act === 'start') this.#run(service)
    else if (move.act === 'stop') this.#settle(service, () => service.supervised.stop(), { kind: 'ended', error: null })
    else if (move.act === 'kill') service.supervised.kill()
  }

  #timer(service: Service): void {
    service.forgetTimer = null
    this.#hear(service, { kind: 'timer' })
    this.#advance()
  }

  #run(service: Service): void {
    const run = ++service.run
    const ended = (error: WippyError | null) => {
      if (service.run !== run) return
      this.#hear(service, { kind: 'ended', error })
      this.#advance()
    }
    this.#settle(service, () => service.supervised.start(ended), { kind: 'started' })
  }

  /** Hears `then` when `act` is done; that it ended when it throws or rejects. */
  #settle(service: Service, act: () => void | Promise<void>, then: ServiceEvent): void {
    const { run } = service
    const hear = (event: ServiceEvent) => {
      if (service.run !== run) return
      this.#hear(service, event)
      this.#advance()
    }
    const broke = (cause: unknown) => hear({ kind: 'ended', error: serviceBroken(service.id, cause) })
    try {
      const done = act()
      if (done === undefined) hear(then)
      else done.then(() => hear(then), broke)
    } catch (cause) {
      broke(cause)
    }
  }

  /** What came of a wanted start; null while nothing has. */
  #outcome(service: Service): ServiceStatus | null {
    if (service.wanted !== 'start') return service.status.state === 'starting' ? null : service.status
    const failed = this.#requirements(service).find(({ status }) => status.state === 'failed' || status.error !== null)
    if (failed === undefined) return null
    service.status = { ...service.status, error: requirementFailed(service.id, failed.id, failed.status.error) }
    return service.status
  }

  #when(service: Service, outcome: () => ServiceStatus | null): Promise<ServiceStatus> {
    return new Promise((resolve) => {
      service.waiting.push(() => {
        const status = outcome()
        if (status !== null) resolve(status)
        return status !== null
      })
    })
  }

  #requirements(service: Service): Service[] {
    return service.lifecycle.requires.map((id) => this.#find(id))
  }

  #dependents(service: Service): Service[] {
    return [...this.#all()].filter(({ lifecycle }) => lifecycle.requires.includes(service.id))
  }

  *#all(): Generator<Service> {
    yield* this.#services.values()
    yield* this.#leaving
  }

  #find(id: string): Service {
    const service = this.#services.get(id)
    if (service === undefined) throw serviceUnknown(id)
    return service
  }
}
