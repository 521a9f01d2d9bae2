// A process as a supervised service (`process.service`): one process at a time, cancelled to stop it, terminated when it does not.

import type { WippyError } from '../error.ts'
import type { Pid } from '../pid.ts'
import type { Exit } from './exit.ts'
import type { Scheduler } from './scheduler.ts'
import type { Supervised } from './supervisor.ts'

const REASON = 'service stopping'

/** Spawns the service's process with `onExit` in its spec. */
export type SpawnService = (onExit: (exit: Exit) => void) => Pid | Promise<Pid>

export class ProcessService implements Supervised {
  readonly #scheduler: Scheduler
  readonly #spawn: SpawnService
  readonly #errorOf: (exit: Exit) => WippyError
  #pid: Pid | null = null // none while the spawn is under way
  #exited: Promise<void> = Promise.resolve()
  #unwanted: 'cancel' | 'terminate' | null = null

  /** `errorOf` reads the error of an abnormal end, which is msgpack. */
  constructor(scheduler: Scheduler, spawn: SpawnService, errorOf: (exit: Exit) => WippyError) {
    this.#scheduler = scheduler
    this.#spawn = spawn
    this.#errorOf = errorOf
  }

  async start(ended: (error: WippyError | null) => void): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#pid = null
    this.#unwanted = null
    this.#exited = promise
    const pid = await this.#spawn((exit) => {
      resolve()
      ended(exit.ok ? null : this.#errorOf(exit))
    })
    if (this.#exited === promise) {
      this.#pid = pid
      this.#unwant(this.#unwanted)
    } else if (this.#scheduler.processes.find(pid)) {
      this.#scheduler.terminate(pid) // a later start did not wait for this one
    }
  }

  stop(): Promise<void> {
    this.#unwant('cancel')
    return this.#exited
  }

  kill(): void {
    this.#unwant('terminate')
  }

  #unwant(how: 'cancel' | 'terminate' | null): void {
    this.#unwanted = how
    if (this.#pid === null || this.#scheduler.processes.find(this.#pid) === null) return
    if (how === 'cancel') this.#scheduler.delivery.cancel(this.#pid, REASON)
    else if (how === 'terminate') this.#scheduler.terminate(this.#pid)
  }
}
