// The scheduler: who runs next, and what becomes of what they wanted.
//
//   K1. A body is stepped only from a turn (turn.ts), one at a time. Nothing else runs process code.
//   K2. Everything enters a process through its mailbox, replies included.
//   K3. What a step wants is released only after the step is committed, and a process is not stepped again before its last step was
//       released.
//   K4. A process is in the run queue at most once.

import type { WippyError } from '../error.ts'
import type { Pid } from '../pid.ts'
import type { Budget, Share } from './budget.ts'
import { Delivery, type DeliveryOptions } from './delivery.ts'
import { Ending } from './ending.ts'
import type { Exit } from './exit.ts'
import { alreadyMonitoring, pidNotRegistered, terminated } from './failure.ts'
import { type Frames, START } from './frame.ts'
import { BufferPool } from './frame-buffer.ts'
import { Links } from './links.ts'
import { Mailbox } from './mailbox.ts'
import { Names } from './names.ts'
import { Observer } from './observer.ts'
import { NO_VALUES } from './payload.ts'
import { Process, type SpawnSpec, type Successor } from './process.ts'
import { ProcessTable } from './process-table.ts'
import { type AskDoor, Release } from './release.ts'
import { RunQueue } from './run-queue.ts'
import { LastEncoded, Texts } from './texts.ts'
import type { Tracer } from './trace.ts'
import { Turn } from './turn.ts'

const CLOCK_FUEL = 10_000 // work between two looks at the clock, which cost as much as a cheap step

export type SchedulerOptions = Pick<DeliveryOptions, 'encodeError'> &
  Partial<DeliveryOptions> & {
    readonly door: AskDoor
    /** Called when a process becomes ready while nobody pumps. */
    readonly ready?: () => void
  }

export class Scheduler {
  readonly links = new Links()
  readonly names = new Names()
  readonly processes = new ProcessTable()
  readonly delivery: Delivery
  readonly #observer: Observer
  readonly #ending: Ending
  readonly #release: Release
  readonly #turn: Turn
  readonly #queue = new RunQueue()
  readonly #pool = new BufferPool()
  readonly #entries = new LastEncoded()
  readonly #ready: () => void
  #pumping = false

  constructor(options: SchedulerOptions) {
    const { encodeError, door, node = '', observer = new Observer(), abroad = null, sends = null, ready = () => {} } = options
    const all: DeliveryOptions = { node, encodeError, observer, abroad, sends }
    const texts = new Texts()
    this.#observer = observer
    this.#ready = ready
    const { processes: table, names, links } = this
    const delivery = new Delivery({ ...all, table, names, texts, wake: (process) => this.#wake(process) })
    this.delivery = delivery
    this.#ending = new Ending({ ...all, table, names, links, delivery })
    this.#release = new Release({ ...all, delivery, door, texts })
    this.#turn = new Turn({
      delivery,
      release: this.#release,
      ending: this.#ending,
      observer,
      wake: (process, isSpent) => this.#wake(process, isSpent),
      end: (process, exit) => this.#end(process, exit),
      succeed: (process, successor) => this.#succeed(process, successor),
    })
  }

  /** Fuel of all steps so far, and what they cost beside it: how much was done between two looks at it, however slow the machine. */
  get work(): number {
    return this.#turn.work
  }

  /** Whether nothing is to be run now. */
  get isIdle(): boolean {
    return this.#queue.size === 0
  }

  /** Starts a process; it runs in a later turn. Throws HOST_FULL, PID_TAKEN, BUDGET_PROCESSES, MONITOR_LIMIT. */
  spawn(spec: SpawnSpec): Process {
    const process = this.#admit(spec)
    process.mailbox.signal(START, 0, spec.seed ?? 0, process.address, this.#entries.of(spec.entry), spec.args ?? NO_VALUES)
    this.#wake(process)
    return process
  }

  /**
   * Takes up a process that was retired, here or elsewhere; its body is as its last step left it. `asks` are the frames of its steps that
   * were not answered: they are released again. `isSpent`: it has work left. Throws as `spawn`.
   */
  resume(spec: SpawnSpec, asks: Frames, isSpent: boolean): Process {
    const process = this.#admit(spec)
    process.state = 'running'
    this.#release.perform(process, asks)
    this.#turn.rest(process, isSpent ? 'again' : 'wait')
    return process
  }

  /** Releases asks of a process once more; nothing happens when it has ended. Not within its step. */
  release(process: Process, asks: Frames): void {
    if (process.state !== 'ended') this.#release.perform(process, asks)
  }

  /** Gives up a process that goes on elsewhere, or later: nobody hears of it, and what it asked for is given up. Not within its step. */
  retire(process: Process): void {
    if (process.state === 'ended') return
    process.state = 'ended'
    this.processes.delete(process)
    process.host.release()
    process.share?.leave(process.pid)
    process.exits = null
    process.mailbox.clear()
    this.#ending.close(process)
    process.successor?.body.close()
    this.#callIfPending()
  }

  /** What a process may spend together with others; null when nothing but its own limits bounds it. */
  budgetOf(pid: Pid | null | undefined): Budget | null {
    return (pid && this.processes.find(pid)?.share?.budget) || null
  }

  #admit(spec: SpawnSpec): Process {
    const { host, uniq, parent } = spec
    if (parent && (spec.monitor || spec.link)) this.links.needRoom(parent)
    const claimed = uniq === undefined ? null : this.processes.claim(host, uniq)
    host.admit()
    const serial = claimed === null ? this.processes.nextSerial() : -1
    const pid = claimed ?? host.pidOf(serial)
    const share = this.#shareFor(pid, spec)
    const process = new Process(pid, serial, host, spec, new Mailbox((spec.limits ?? host.limits).mailbox, this.#pool))
    process.share = share
    this.processes.set(process)
    if (parent && spec.monitor) this.links.monitor(parent, process.pid)
    if (spec.onExit) process.exits = [spec.onExit]
    if (parent && spec.link) this.links.link(parent, process.pid)
    this.#observer.spawned(process)
    return process
  }

  #shareFor(pid: Pid, { host, parent, commit, budget = this.budgetOf(parent) ?? undefined }: SpawnSpec): Share | null {
    if (commit) return null // what goes on after this node cannot be counted here
    try {
      return budget?.admit(pid) ?? null
    } catch (error) {
      host.release()
      throw error
    }
  }

  /** Runs one process for one slice. False when nobody is ready. */
  turn(nowMs: number): boolean {
    if (this.#ending.isPending) {
      this.#ending.settle()
      this.#turn.work += CLOCK_FUEL
    }
    const process = this.#queue.shift()
    if (process === null) return this.#ending.isPending
    if (process.state !== 'ready') return true
    if (process.body.warm?.() === false) {
      this.#queue.push(process, true)
      this.#turn.work += CLOCK_FUEL
    } else this.#turn.give(process, nowMs)
    return true
  }

  /** Runs turns until nobody is ready or the time is over, which it may pass by one slice or one turn's asks. Returns whether work is left. */
  pump(now: () => number, budgetMs: number): boolean {
    this.#pumping = true
    try {
      let time = now()
      for (const until = time + budgetMs; time < until; ) {
        const enough = this.#turn.work + CLOCK_FUEL
        const { asked } = this.#release
        do if (!this.turn(time)) return false
        while (this.#turn.work < enough && this.#release.asked === asked)
        const since = time
        time = now()
        this.#queue.passed(time - since)
      }
      return this.#queue.size > 0 || this.#ending.isPending
    } finally {
      this.#pumping = false
    }
  }

  /** Ends a process by force: at once, or as soon as its step at hand is released. Throws PROCESS_NOT_FOUND. */
  terminate(pid: Pid): void {
    this.fail(pid, terminated())
  }

  /** Ends a process for a reason of the host's: an upgrade that failed, a deadlock. Throws PROCESS_NOT_FOUND. */
  fail(pid: Pid, error: WippyError): void {
    this.#end(this.delivery.find(pid), this.#ending.because(error))
  }

  /** Calls `told` when the process has ended, across upgrades; the returned function forgets it. Throws PROCESS_NOT_FOUND. */
  onExit(pid: Pid, told: (exit: Exit) => void): () => void {
    const process = this.delivery.find(pid)
    process.exits ??= []
    process.exits.push(told)
    return () => {
      const exits = this.processes.find(pid)?.exits ?? []
      const at = exits.indexOf(told)
      if (at >= 0) exits.splice(at, 1)
    }
  }

  /** Shows `tracer` each step of a process, across upgrades, until it ends or the returned function is called. Throws PROCESS_NOT_FOUND. */
  trace(pid: Pid, tracer: Tracer): () => void {
    const process = this.delivery.find(pid)
    process.tracers = [...(process.tracers ?? []), tracer]
    return () => {
      const now = this.processes.find(pid)
      const others = now?.tracers?.filter((other) => other !== tracer) ?? []
      if (now) now.tracers = others.length === 0 ? null : others
    }
  }

  /** From now on each end of one that is no success reaches the other. Throws PID_NOT_REGISTERED, MONITOR_LIMIT. */
  link(a: Pid, b: Pid): void {
    if (this.processes.find(b) === null) throw pidNotRegistered(b)
    this.links.link(a, b)
  }

  unlink(a: Pid, b: Pid): void {
    this.links.unlink(a, b)
  }

  /** `watcher` will hear of the end of `watched`. Throws PID_NOT_REGISTERED, ALREADY_MONITORING, MONITOR_LIMIT. */
  monitor(watcher: Pid, watched: Pid): void {
    if (this.processes.find(watched) === null) throw pidNotRegistered(watched)
    if (!this.links.monitor(watcher, watched)) throw alreadyMonitoring(watched)
  }

  /** Throws PID_NOT_REGISTERED for a process that is gone. */
  unmonitor(watcher: Pid, watched: Pid): void {
    if (!this.links.unmonitor(watcher, watched) && this.processes.find(watched) === null) throw pidNotRegistered(watched)
  }

  /** A peer on another node ended abnormally, or its node was lost. */
  linkDown(to: Pid, from: Pid, payload: Uint8Array): void {
    this.#ending.linkDown(to, from, payload)
    this.#callIfPending()
  }

  /** A process that runs elsewhere has ended: those here that watch it, or are linked to it, hear of it, once. */
  gone(pid: Pid, exit: Exit): void {
    this.#ending.gone(pid, exit)
    this.#callIfPending()
  }

  /**
   * Gives a process new code under the same pid: names, links, monitors and waiting messages stay; what the old code had opened is closed
   * and replies to it are forgotten. At once, or when its step at hand is released. False when it has ended.
   */
  upgrade(process: Process, successor: Successor): boolean {
    if (process.state === 'ended') {
      successor.body.close()
      return false
    }
    process.successor?.body.close()
    process.successor = successor
    if (process.state !== 'running' && process.state !== 'suspended') this.#succeed(process, successor)
    return true
  }

  #succeed(process: Process, { body, entry, args, seed = 0, context = process.context }: Successor): void {
    const next = new Process(process.pid, process.serial, process.host, { ...process, entry, body, context }, process.mailbox)
    next.steps = process.steps
    next.fuel = process.fuel
    next.share = process.share
    next.exits = process.exits
    next.tracers = process.tracers
    process.state = 'ended'
    this.processes.set(next)
    this.#ending.close(process)
    next.mailbox.restart(next.address, this.#entries.of(entry), args, seed)
    this.#observer.upgraded(process, next)
    this.#wake(next)
  }

  #end(process: Process, exit: Exit): void {
    this.#ending.end(process, exit)
    this.#callIfPending()
  }

  #wake(process: Process, isSpent = false): void {
    if (process.state !== 'waiting') return
    process.state = 'ready'
    this.#queue.push(process, isSpent)
    if (!this.#pumping && this.#queue.size === 1) this.#ready()
  }

  #callIfPending(): void {
    if (!this.#pumping && this.#ending.isPending) this.#ready()
  }
}
