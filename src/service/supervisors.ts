// `process.supervisor` entries as running trees: every supervisor that runs, whether it stands under the root or below another.

import type { Clock } from '../clock.ts'
import { Kind, WippyError } from '../error.ts'
import type { Scheduler } from '../kernel/scheduler.ts'
import { Tree, type TreeEvent } from '../kernel/tree.ts'
import { encodeAll } from '../msgpack.ts'
import type { Pid } from '../pid.ts'
import { type Entry, fieldsOf } from '../registry/entry.ts'
import type { Registry } from '../registry/registry.ts'
import type { Authority } from './authority.ts'
import type { Launcher } from './launcher.ts'
import type { Log } from './logger.ts'
import { errorOf } from './outcome.ts'
import type { Context } from './service.ts'
import type { ServiceKind } from './services.ts'
import { type ChildProgram, checkCycle, hostOf, isSameProgram, planOf, type TreeChild } from './tree-plan.ts'

/** One that ends meanwhile begins with the new plan the next time. */
const unlessEnding = (error: WippyError): void => {
  if (error.code !== 'SUPERVISOR_ENDING') throw error
}

/** One running supervisor. */
export type Running = { readonly entry: Entry; readonly tree: Tree<ChildProgram> }

export type SupervisorsOptions = {
  readonly scheduler: Scheduler
  readonly launcher: Launcher
  readonly registry: Registry
  readonly authority: Authority
  readonly clock: Clock
  readonly log: Log
}

const LINES = {
  restart: ['warn', 'child ended, it is started again'],
  end: ['warn', 'child failed'],
  start: ['error', 'child could not be started'],
  escalate: ['error', 'too many restarts, the supervisor gives up'],
} as const

export class Supervisors {
  readonly #options: SupervisorsOptions
  readonly #running = new Map<Pid, { entry: string; tree: Tree<ChildProgram> }>()

  constructor(options: SupervisorsOptions) {
    this.#options = options
  }

  /** As services stand under the root. */
  readonly kind: ServiceKind = {
    kind: 'process.supervisor',
    check: (entry, after) => {
      const find = (id: string): Entry | undefined => after.get(id)
      planOf(entry, find)
      checkCycle(entry, find)
    },
    runOf: (entry) => ({ host: hostOf(entry), isSimple: fieldsOf(entry).strategy === 'simple_one_for_one' }),
    spawn: (entry) => this.#start(entry, null, null),
    adopt: async (entry) => {
      const plan = planOf(entry, (id) => this.#options.registry.get(id))
      const trees = [...this.#running.values()].filter((running) => running.entry === entry.id)
      await Promise.all(trees.map(({ tree }) => tree.adopt(plan).catch(unlessEnding)))
    },
  }

  /** A supervisor that runs, by the id of its entry, its pid or a name. Throws SUPERVISOR_NOT_FOUND, SUPERVISOR_AMBIGUOUS. */
  find(text: string): Running {
    const byEntry = [...this.#running.values()].filter(({ entry }) => entry === text)
    if (byEntry.length > 1) {
      const message = `${byEntry.length} supervisors of "${text}" run`
      throw new WippyError('SUPERVISOR_AMBIGUOUS', Kind.Invalid, message, { retryable: false, hint: 'Name one by its pid.' })
    }
    const pid = byEntry[0]?.tree.pid ?? this.#options.scheduler.delivery.resolve(text)
    const running = pid === null ? undefined : this.#running.get(pid)
    const entry = running && this.#options.registry.get(running.entry)
    if (running && entry) return { entry, tree: running.tree }
    throw new WippyError('SUPERVISOR_NOT_FOUND', Kind.NotFound, `no supervisor "${text}" runs`, { retryable: false })
  }

  #start(entry: Entry, parent: Pid | null, inherited: Context | null): Pid {
    const { scheduler, launcher, registry, clock, authority } = this.#options
    const context = (): Context => authority.of(registry.get(entry.id) ?? entry, inherited)
    const tree = new Tree<ChildProgram>(
      planOf(entry, (id) => registry.get(id)),
      { host: launcher.host(hostOf(entry)), entry: entry.id, startedAt: clock.nowMs(), parent, context: context() },
      {
        scheduler,
        spawn: (child, supervisor, ended) => {
          const pid = this.#spawn(child, supervisor, context())
          scheduler.onExit(pid, ended)
          return pid
        },
        errorOf,
        isSame: isSameProgram,
        setTimer: (ms, fn) => clock.setTimer(ms, fn),
        nowMs: () => clock.nowMs(),
        happened: (event) => this.#note(entry.id, event),
      },
    )
    this.#running.set(tree.pid, { entry: entry.id, tree })
    scheduler.onExit(tree.pid, () => this.#running.delete(tree.pid))
    return tree.pid
  }

  #spawn({ type, program: { entry: id, host, args, name, context } }: TreeChild, parent: Pid, inherited: Context): Pid {
    const { scheduler, launcher, registry } = this.#options
    const entry = registry.get(id)
    const pid =
      type === 'supervisor' && entry
        ? this.#start(entry, parent, context ?? inherited)
        : launcher.spawn({ entry: id, host, args: encodeAll(args), context: context ?? inherited, parent }).pid
    if (name === null) return pid
    try {
      scheduler.names.register(name, pid)
    } catch (error) {
      scheduler.terminate(pid)
      throw error
    }
    return pid
  }

  #note(supervisor: string, { what, child, error }: TreeEvent): void {
    if (what === 'end' && error === null) return
    const [level, message] = LINES[what]
    this.#options.log.record(level, 'supervisor', message, { supervisor, child, ...(error ? { error: error.text } : {}) })
  }
}
