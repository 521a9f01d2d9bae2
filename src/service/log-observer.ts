// Says in the log what the kernel tells nobody else: messages that were lost, processes that failed, faults of the runtime.
//
// Of each sort a few are told in a second, the rest is counted: whoever floods a mailbox or fails again and again does not flood the log.

import type { Exit } from '../kernel/exit.ts'
import { Observer } from '../kernel/observer.ts'
import type { Process } from '../kernel/process.ts'
import type { Log } from './logger.ts'
import { errorOf } from './outcome.ts'

const PER_SECOND = 20 // lines of one sort
const ORDERED = ['PROCESS_TERMINATED', 'LINKED_PROCESS_FAILED'] // ends that somebody wanted, or that follow from another

export class LogObserver extends Observer {
  readonly #log: Log
  readonly #answers: (process: Process) => boolean
  readonly #told = new Map<string, { second: number; count: number }>() // by sort: there are few

  /** `answers`: whether somebody is told how this process ends, so that the log need not say it. */
  constructor(log: Log, answers: (process: Process) => boolean) {
    super()
    this.#log = log
    this.#answers = answers
  }

  override ended(process: Process, exit: Exit): void {
    if (exit.ok || ORDERED.includes(exit.error?.code ?? '') || this.#answers(process)) return
    if (!this.#mayTell('process failed')) return
    const error = errorOf(exit)
    const { pid, entry } = process
    this.#log.record('error', entry, error.text, error.frame ? { pid, stack: error.frame } : { pid })
  }

  override dropped(from: string, to: string, code: string): void {
    if (this.#mayTell(`message lost ${code}`)) this.#log.record('warn', 'kernel', 'message lost', { from, to, code })
  }

  override broken(process: { readonly pid: string }, cause: unknown): void {
    this.#log.record('error', 'kernel', 'the runtime failed', { pid: process.pid, cause: String(cause) })
  }

  #mayTell(sort: string): boolean {
    const second = Math.floor(this.#log.now() / 1000)
    const told = this.#told.get(sort)
    if (told?.second === second) return ++told.count <= PER_SECOND
    if (told && told.count > PER_SECOND) this.#log.record('warn', 'kernel', `${sort}: ${told.count - PER_SECOND} more`)
    this.#told.set(sort, { second, count: 1 })
    return true
  }
}
