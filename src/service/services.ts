// `process.service` entries under supervision, and the hosts they run on.

import { Kind, WippyError } from '../error.ts'
import { ProcessService } from '../kernel/process-service.ts'
import type { Scheduler } from '../kernel/scheduler.ts'
import type { Supervisor } from '../kernel/supervisor.ts'
import { encodeAll } from '../msgpack.ts'
import { blame } from '../registry/blame.ts'
import type { State } from '../registry/change.ts'
import { type Entry, fieldsOf, resolveId } from '../registry/entry.ts'
import type { Handler } from '../registry/kinds.ts'
import type { Launcher } from './launcher.ts'
import { lifecycleOf } from './lifecycle.ts'
import { errorOf } from './process.ts'
import type { Context } from './service.ts'

const HOST_KINDS = ['process.host', 'terminal.host']

/** Hosts come and go with their entries; new limits hold for processes spawned from then on. */
export const hostsHandler = (launcher: Launcher): Handler => ({
  kinds: HOST_KINDS,
  commit: ({ kind, entry }) => {
    if (kind === 'entry.delete') launcher.removeHost(entry.id)
    else launcher.setHost(entry)
  },
})

const reference = (entry: Entry, field: 'process' | 'host', after: State, kinds: readonly string[]): string => {
  const value = fieldsOf(entry)[field]
  const id = typeof value === 'string' ? resolveId(value, entry.ns) : ''
  const target = after.get(id)
  if (target && kinds.includes(target.kind)) return id
  const message = id === '' ? `"${entry.id}" has no ${field}` : target ? `"${id}" is a ${target.kind}` : `"${id}" does not exist`
  throw blame(entry, `data.${field}`, 'SERVICE_INVALID', Kind.Invalid, message, `Name a ${kinds.join(' or ')} entry under ${field}:`)
}

export type ServicesOptions = {
  readonly scheduler: Scheduler
  readonly supervisor: Supervisor
  readonly launcher: Launcher
  /** Hears of a service that could not be started. */
  readonly report: (error: WippyError) => void
}

export class Services {
  readonly #options: ServicesOptions
  readonly #autoStart = new Set<string>()
  #booted = false

  constructor(options: ServicesOptions) {
    this.#options = options
  }

  readonly handler: Handler = {
    kinds: ['process.service'],
    prepare: ({ kind, entry }, after) => {
      if (kind === 'entry.delete') return
      reference(entry, 'process', after, ['process.lua'])
      reference(entry, 'host', after, HOST_KINDS)
      lifecycleOf(entry, [])
    },
    commit: async ({ kind, entry }, after) => {
      const { supervisor } = this.#options
      if (kind !== 'entry.create') await supervisor.remove(entry.id)
      if (kind === 'entry.delete') return
      const { autoStart, lifecycle } = lifecycleOf(entry, [])
      const requires = lifecycle.requires.filter((id) => after.get(id)?.kind === 'process.service')
      supervisor.add(entry.id, this.#supervised(entry), { ...lifecycle, requires })
      if (!autoStart) return
      if (this.#booted) void this.#start(entry.id)
      else this.#autoStart.add(entry.id)
    },
  }

  /** Starts everything with `auto_start`; those of one level at once. Returns the services that failed for good. */
  async startAll(): Promise<void> {
    this.#booted = true
    const ids = [...this.#autoStart]
    this.#autoStart.clear()
    await Promise.all(ids.map((id) => this.#start(id)))
  }

  async #start(id: string): Promise<void> {
    try {
      const status = await this.#options.supervisor.start(id)
      if (status.error && !status.retrying) this.#options.report(status.error)
    } catch (error) {
      this.#options.report(error as WippyError)
    }
  }

  #supervised(entry: Entry): ProcessService {
    const { scheduler, launcher } = this.#options
    const { process, host, input } = fieldsOf(entry)
    const context: Context = { values: {} }
    const spawn = (onExit: Parameters<Scheduler['onExit']>[1]) => {
      const spawned = launcher.spawn({
        entry: resolveId(String(process), entry.ns),
        host: resolveId(String(host), entry.ns),
        args: encodeAll(Array.isArray(input) ? input : []),
        context,
      })
      scheduler.onExit(spawned.pid, onExit)
      return spawned.pid
    }
    return new ProcessService(scheduler, spawn, errorOf)
  }
}
