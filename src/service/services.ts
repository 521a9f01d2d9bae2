// `process.service` entries under supervision.
//
//   S1 What changes mean for a service is carried out behind them, one after another: stopping takes time, and whoever made the change may
//      be the very process that is to stop.
//   S2 A service whose process, host or input changed is stopped and started again, and after it those that ran and require it. A new
//      lifecycle alone interrupts nobody.

import { isDeepStrictEqual } from 'node:util'
import { Kind, type WippyError } from '../error.ts'
import { ProcessService } from '../kernel/process-service.ts'
import type { Scheduler } from '../kernel/scheduler.ts'
import type { Lifecycle } from '../kernel/service.ts'
import type { Supervisor } from '../kernel/supervisor.ts'
import { encodeAll } from '../msgpack.ts'
import { blame } from '../registry/blame.ts'
import type { State } from '../registry/change.ts'
import { type Entry, fieldsOf, resolveId } from '../registry/entry.ts'
import type { Handler } from '../registry/kinds.ts'
import { HOST_KINDS } from './hosts.ts'
import type { Launcher } from './launcher.ts'
import { lifecycleOf } from './lifecycle.ts'
import { errorOf } from './outcome.ts'

type Known = { readonly entry: Entry; readonly lifecycle: Lifecycle; readonly autoStart: boolean }

const reference = (entry: Entry, field: 'process' | 'host', after: State, kinds: readonly string[]): void => {
  const value = fieldsOf(entry)[field]
  const id = typeof value === 'string' ? resolveId(value, entry.ns) : ''
  const target = after.get(id)
  if (target && kinds.includes(target.kind)) return
  const message = id === '' ? `"${entry.id}" has no ${field}` : target ? `"${id}" is a ${target.kind}` : `"${id}" does not exist`
  throw blame(entry, `data.${field}`, 'SERVICE_INVALID', Kind.Invalid, message, `Name a ${kinds.join(' or ')} entry under ${field}:`)
}

/** What a run of a service is made of. */
const runOf = (entry: Entry) => {
  const { process, host, input } = fieldsOf(entry)
  return {
    process: resolveId(String(process), entry.ns),
    host: resolveId(String(host), entry.ns),
    input: Array.isArray(input) ? input : [],
  }
}

export type ServicesOptions = {
  readonly scheduler: Scheduler
  readonly supervisor: Supervisor
  readonly launcher: Launcher
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

  readonly handler: Handler = {
    kinds: ['process.service'],
    prepare: ({ kind, entry }, after) => {
      if (kind === 'entry.delete') return
      reference(entry, 'process', after, ['process.lua'])
      reference(entry, 'host', after, HOST_KINDS)
      lifecycleOf(entry)
    },
    commit: ({ kind, entry }, after) => {
      if (kind === 'entry.delete') return this.#behind(entry.id, () => this.#remove(entry.id))
      const { lifecycle, autoStart } = lifecycleOf(entry)
      const requires = lifecycle.requires.filter((id) => after.get(id)?.kind === 'process.service')
      this.#behind(entry.id, () => this.#take({ entry, autoStart, lifecycle: { ...lifecycle, requires } }))
    },
  }

  /** Starts everything with `auto_start`; those of one level at once. Resolves when it is known of each whether it runs. */
  async startAll(): Promise<void> {
    await Promise.all(this.#work.values())
    const ids = this.#waiting ?? []
    this.#waiting = null
    await Promise.all(ids.map((id) => this.#start(id)))
  }

  async #take(next: Known): Promise<void> {
    const { entry, lifecycle, autoStart } = next
    const { supervisor } = this.#options
    const known = this.#known.get(entry.id)
    if (known !== undefined && isDeepStrictEqual(runOf(known.entry), runOf(entry))) {
      this.#known.set(entry.id, next)
      supervisor.update(entry.id, lifecycle)
      if (autoStart && !this.#isUp(entry.id)) void this.#start(entry.id)
      return
    }
    const users = this.#usersOf(entry.id).filter((id) => this.#isUp(id))
    if (known !== undefined) await this.#remove(entry.id)
    this.#known.set(entry.id, next)
    supervisor.add(entry.id, this.#supervised(entry), lifecycle)
    if (!autoStart) return
    if (this.#waiting !== null) this.#waiting.push(entry.id)
    else for (const id of [entry.id, ...users]) void this.#start(id)
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

  async #start(id: string): Promise<void> {
    try {
      const status = await this.#options.supervisor.start(id)
      if (status.error && !status.retrying) this.#options.report(status.error)
    } catch (error) {
      this.#options.report(error as WippyError)
    }
  }

  #isUp(id: string): boolean {
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

  #supervised(entry: Entry): ProcessService {
    const { scheduler, launcher } = this.#options
    const { process, host, input } = runOf(entry)
    return new ProcessService(
      scheduler,
      (onExit) => {
        const { pid } = launcher.spawn({ entry: process, host, args: encodeAll(input), context: { values: {} } })
        scheduler.onExit(pid, onExit)
        return pid
      },
      errorOf,
    )
  }
}
