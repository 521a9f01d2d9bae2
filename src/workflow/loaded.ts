// The workflows that are in memory: loaded when something arrives for them, given up when they have nothing to do.
//
//   D1 A workflow is loaded at most once on a node. What is not loaded costs nothing but its place in the engine.
//   D4 One that cannot be loaded is reported once and left alone until its partition comes to a node anew; not so when trying again may help.

import type { Clock } from '../clock.ts'
import { WippyError } from '../error.ts'
import type { Host } from '../kernel/host.ts'
import type { Scheduler } from '../kernel/scheduler.ts'
import { type Partitions, partitionOf } from './partition.ts'
import type { Run } from './run.ts'

const READ_AT_ONCE = 16 // journals
const LOOKS = 64 // for idle ones, whenever one is kept: there may be many, all of them busy

export type LoadedOptions = {
  readonly scheduler: () => Scheduler
  readonly clock: Clock
  /** Makes a run from its journal; null when no workflow of this id runs. */
  readonly read: (id: string) => Promise<Run | null>
  /** Workflows kept though they have nothing to do. */
  readonly kept: number
  readonly report: (error: unknown) => void
}

export class Loaded {
  readonly #options: LoadedOptions
  readonly #runs = new Map<string, Run>() // least recently used first
  readonly #loading = new Map<string, Promise<Run | null>>()
  readonly #broken = new Map<string, WippyError>()
  readonly #refused = new Map<string, Set<string>>() // by host: who found no place there
  readonly #readers: (() => void)[] = [] // who waits to read a journal
  #reading = 0
  #isStopped = false

  constructor(options: LoadedOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#runs.size
  }

  get isStopped(): boolean {
    return this.#isStopped
  }

  /** Gives all up, as they are; what was begun for them may take so long to end. */
  async stop(patienceMs: number): Promise<void> {
    this.#isStopped = true
    await Promise.allSettled(this.#loading.values())
    await Promise.all([...this.#runs.values()].map((run) => this.#leave(run, patienceMs)))
  }

  /** The workflow with this id; loads it when it runs. Throws what keeps it from being loaded. */
  async load(id: string): Promise<Run | null> {
    const known = this.#runs.get(id)
    if (known) return known
    const broken = this.#broken.get(id)
    if (broken) throw broken
    if (this.#isStopped) return null
    return this.#loading.get(id) ?? this.#loadingBy(id, () => this.#read(id))
  }

  /** Does what brings a workflow into memory; who looks for it meanwhile waits for that. */
  async bring(id: string, work: () => Promise<Run | null>): Promise<Run | null> {
    for (let other = this.#loading.get(id); other !== undefined; other = this.#loading.get(id)) await other.catch(() => null)
    return this.#loadingBy(id, work)
  }

  /** The workflow if it is in memory. */
  known(id: string): Run | null {
    return this.#runs.get(id) ?? null
  }

  /** Gives up those of some partitions, as they are; what was begun for them may take so long to end. */
  async giveUp(parts: Partitions, patienceMs: number): Promise<void> {
    const loading = [...this.#loading].filter(([id]) => parts.has(partitionOf(id)))
    await Promise.allSettled(loading.map(([, run]) => run))
    await Promise.all(this.#in(parts).map((run) => this.#leave(run, patienceMs)))
  }

  /** Gives up those of some partitions at once: they are somebody else's by now. */
  abandon(parts: Partitions): void {
    for (const run of this.#in(parts)) {
      this.drop(run)
      void run.close()
      if (run.process !== null) this.#options.scheduler().retire(run.process)
    }
  }

  /** Tries again to load what could not be loaded. */
  forgive(parts: Partitions): void {
    for (const id of this.#broken.keys()) if (parts.has(partitionOf(id))) this.#broken.delete(id)
  }

  /** What keeps a workflow from being loaded; null when nothing does, as far as is known. */
  problemOf(id: string): WippyError | null {
    return this.#broken.get(id) ?? null
  }

  /** Tries to load what could not be loaded. Throws what keeps it from being loaded still. */
  async retry(id: string): Promise<void> {
    this.#broken.delete(id)
    await this.tryLoad(id)
    const problem = this.#broken.get(id)
    if (problem) throw problem
  }

  /** The workflow if it is in memory, or on its way there. */
  async here(id: string): Promise<Run | null> {
    return this.#runs.get(id) ?? (await this.#loading.get(id)?.catch(() => null)) ?? null
  }

  /** Loads for somebody who cannot do anything about what keeps it from being loaded: null, and it is reported. */
  async tryLoad(id: string): Promise<Run | null> {
    try {
      return await this.load(id)
    } catch (error) {
      if (error instanceof WippyError && error.code === 'HOST_FULL') this.#refuse(id, String(error.details?.host))
      if (error instanceof WippyError && error.retryable === true) return null // whoever is away was reported, and others look again
      if (!this.#broken.has(id)) this.#options.report(error)
      if (error instanceof WippyError) this.#broken.set(id, error)
      return null
    }
  }

  /** Does something with a run as soon as it is in memory, before it can be given up again. */
  async reach(id: string, use: (run: Run) => unknown): Promise<void> {
    let run = this.#runs.get(id) ?? (await this.tryLoad(id))
    if (run?.isClosed) run = this.#runs.get(id) ?? (await this.tryLoad(id)) // given up between being loaded and now
    if (run) await use(run)
  }

  /** Keeps a run as the one used last; gives up what is idle when there are too many. */
  keep(run: Run): void {
    this.#broken.delete(run.id)
    this.#runs.delete(run.id)
    this.#runs.set(run.id, run)
    this.#letIn(run)
    let left = LOOKS
    for (const one of this.#runs.values()) {
      if (this.#runs.size <= this.#options.kept || left-- === 0) return
      if (one.isIdle) void this.#giveUp(one)
      else this.#runs.delete(one.id) && this.#runs.set(one.id, one) // it is in use
    }
  }

  /** Forgets a run that has ended, or that somebody else goes on with. */
  drop(run: Run): void {
    if (this.#runs.get(run.id) === run) this.#runs.delete(run.id)
    this.#letIn(run)
  }

  /** Gives up a run on a host that has nothing to do, if there is one. */
  makeRoom(host: Host): void {
    for (const idle of this.#runs.values()) if (idle.process?.host === host && idle.isIdle) return void this.#giveUp(idle)
  }

  #refuse(id: string, host: string): void {
    this.#refused.set(host, (this.#refused.get(host) ?? new Set()).add(id))
  }

  /** A run has ended, or may have nothing to do by now: who found no place on its host tries again, the first that came first. */
  #letIn({ process }: Run): void {
    const host = process?.host.id ?? ''
    const [id] = this.#refused.get(host) ?? []
    if (id === undefined) return
    setImmediate(() => {
      const refused = this.#refused.get(host)
      if (!refused?.delete(id)) return
      if (refused.size === 0) this.#refused.delete(host)
      void this.tryLoad(id)
    })
  }

  #loadingBy(id: string, work: () => Promise<Run | null>): Promise<Run | null> {
    const loading = Promise.resolve()
      .then(work)
      .finally(() => this.#loading.delete(id))
    this.#loading.set(id, loading)
    return loading
  }

  /** So many at once; the others wait their turn. */
  async #read(id: string): Promise<Run | null> {
    if (this.#reading === READ_AT_ONCE) await new Promise<void>((resolve) => this.#readers.push(resolve))
    else this.#reading++
    try {
      return await this.#options.read(id)
    } finally {
      const next = this.#readers.shift()
      if (next) next()
      else this.#reading--
    }
  }

  #in(parts: Partitions): Run[] {
    return [...this.#runs.values()].filter(({ id }) => parts.has(partitionOf(id)))
  }

  async #leave(run: Run, patienceMs: number): Promise<void> {
    if (patienceMs > 0) {
      await new Promise<void>((resolve) => {
        const cancel = this.#options.clock.setTimer(patienceMs, resolve)
        void run.leave().then(() => {
          cancel()
          resolve()
        })
      })
    }
    await this.#giveUp(run)
  }

  async #giveUp(run: Run): Promise<void> {
    this.#runs.delete(run.id)
    const scheduler = this.#options.scheduler()
    const closed = run.close()
    if (run.process !== null && run.process.state === 'waiting') scheduler.retire(run.process)
    await closed
    if (run.process !== null) scheduler.retire(run.process)
  }
}
