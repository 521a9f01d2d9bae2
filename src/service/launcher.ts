// Starting processes: from an entry id and a host id to a process of the kernel.
//
// Owns which hosts there are and which limits hold where; knows nothing of who asks or why.
//   L1 A process runs the code its entry and its libraries have in the registry at the moment it is spawned, whatever changes later.
//   L2 Limits are an entry's own over its host's over the node's, at that same moment.
//   L3 Code that was made or changed at run time, be it one library, never runs as the operator's, whoever starts it.

import { Kind, WippyError } from '../error.ts'
import type { DurableBody } from '../kernel/body.ts'
import type { Budget } from '../kernel/budget.ts'
import type { Exit } from '../kernel/exit.ts'
import { Host, type HostLimits } from '../kernel/host.ts'
import type { Process, SpawnSpec, Successor } from '../kernel/process.ts'
import type { Scheduler } from '../kernel/scheduler.ts'
import type { Pid } from '../pid.ts'
import type { Program } from '../program.ts'
import { type Entry, fieldsOf, whereOf } from '../registry/entry.ts'
import type { Registry } from '../registry/registry.ts'
import type { Reply } from '../request.ts'
import type { Authority } from './authority.ts'
import type { Attachment } from './door.ts'
import { limitsOf } from './limits.ts'
import { isFromFiles } from './program.ts'
import { isDurable, runnableOf } from './runnable.ts'
import type { Call, Context } from './service.ts'
import { luaOf, WASM_PROCESS } from './wasm-process.ts'

/** Makes bodies of programs; given by the app, which knows the VM. What it makes of a program may be kept for the next one. */
export type MakeBody = (program: Program, limits: { readonly memoryBytes: number; readonly hardFuel: number }) => DurableBody

export type LauncherOptions = {
  readonly scheduler: Scheduler
  readonly registry: Registry
  readonly authority: Authority
  readonly makeBody: MakeBody
  readonly limits: HostLimits
  readonly node: string
  readonly nowMs: () => number
}

export type Launch = {
  readonly entry: string
  /** Registry id of the host. */
  readonly host: string
  readonly args: Uint8Array
  readonly context: Context
  readonly parent?: Pid | null
  readonly monitor?: boolean
  readonly link?: boolean
  readonly attachment?: Attachment
}

const PROCESS_KINDS = ['process.lua', 'workflow.lua', WASM_PROCESS]
const FUNCTION_HOST = '#lua.1' // behind the id of a function; no entry's id has a #
/** For Lua's math.random, which is no source of secrets: those come from `uuid` and `crypto`. */
const seedOfRandom = (): number => Math.floor(Math.random() * 2 ** 32)

/** Where entries run whose steps are written down. */
export const WORKFLOW_HOSTS: readonly [string, ...string[]] = ['workflow.host', 'temporal.worker']

/** Starts processes whose steps are written down. */
export interface DurableLauncher {
  /** Answers a `process.spawn` for such an entry. */
  spawn(call: Call): Promise<readonly unknown[] | Reply>
  /** Starts one for who runs the node, on `host` or the only one there is. `ended` never resolves when the node ends first. */
  launch(entry: Entry, host: string | undefined, args: Uint8Array): Promise<{ readonly id: string; readonly ended: Promise<Exit> }>
  /** What is known of a durable process, whether it runs or has ended; null when there is none. */
  readonly headOf: (id: string) => Promise<{ readonly status: string; readonly result: Uint8Array | null } | null>
  /** Whether a pid is that of one, alive or not. */
  owns(pid: Pid): boolean
  /** Who watches them. */
  readonly watchers: {
    monitor(from: Pid, to: Pid): Promise<void>
    link(from: Pid, to: Pid): Promise<void>
    unlink(from: Pid, to: Pid): void
  }
  /** Ends a durable process by force; false when `pid` is none. */
  terminate(pid: Pid): Promise<boolean>
}

/** Limits of a process that has a budget: its memory is no larger than that. */
const within = (limits: HostLimits, budget: Budget | null): HostLimits =>
  budget === null || budget.memoryBytes >= limits.memoryBytes ? limits : { ...limits, memoryBytes: budget.memoryBytes }

export class Launcher {
  durable: DurableLauncher | null = null
  readonly #options: LauncherOptions
  readonly #hosts = new Map<string, { readonly kind: string; readonly host: Host; readonly queue: unknown }>()
  readonly #functions = new WeakMap<Entry, Host>()

  constructor(options: LauncherOptions) {
    this.#options = options
  }

  /**
   * Who starts an entry whose steps are written down; null for all others. Throws WORKFLOWS_NONE when this node cannot write them: such an entry does
   * not run without.
   */
  durableFor(entry: Entry): DurableLauncher | null {
    if (!isDurable(entry)) return null
    if (this.durable !== null) return this.durable
    throw new WippyError('WORKFLOWS_NONE', Kind.Unavailable, `"${entry.id}" is durable, and this node can write nothing down`, {
      retryable: false,
      hint: 'What was said when the node started says why.',
    })
  }

  /** Takes in a `process.host` or `terminal.host` entry, or its new limits; processes that run keep theirs. */
  setHost(entry: Entry): void {
    const limits = limitsOf(entry, this.#options.limits)
    const known = this.#hosts.get(entry.id)
    if (known) known.host.limits = limits
    const node = WORKFLOW_HOSTS.includes(entry.kind) ? '' : this.#options.node // a workflow is not of the node that runs it
    this.#hosts.set(entry.id, {
      kind: entry.kind,
      host: known?.host ?? new Host(entry.id, limits, node),
      queue: fieldsOf(entry).task_queue,
    })
  }

  /** Forgets a host: nothing can be spawned on it any more. What runs on it is for whoever removes it to end. */
  removeHost(id: string): void {
    this.#hosts.delete(id)
  }

  /** Every host with its kind. */
  *hosts(): Generator<{ readonly kind: string; readonly host: Host }> {
    yield* this.#hosts.values()
  }

  /** A host by its id, or the one with a task queue of this name. Throws HOST_NOT_FOUND. */
  host(id: string): Host {
    const known = this.#hosts.get(id) ?? [...this.#hosts.values()].find(({ queue }) => queue === id)
    if (known) return known.host
    const hosts = [...this.#hosts.keys()]
    throw new WippyError('HOST_NOT_FOUND', Kind.NotFound, `process host "${id}" not found`, {
      retryable: false,
      hint: hosts.length > 0 ? `Known hosts: ${hosts.join(', ')}` : 'Add a process.host entry.',
    })
  }

  /** The one host of a kind, or of kinds that mean the same. Throws HOST_AMBIGUOUS when there is none, or more. */
  only(...[kind, ...same]: readonly [string, ...string[]]): Host {
    const found = [...this.#hosts.values()].filter((known) => known.kind === kind || same.includes(known.kind)).map(({ host }) => host)
    if (found.length === 1) return found[0]!
    const hint = found.length === 0 ? `Add an entry of kind ${kind}.` : `Choose one with --host: ${found.map(({ id }) => id).join(', ')}`
    const message = found.length === 0 ? `there is no ${kind}` : `there are ${found.length} hosts of kind ${kind}`
    throw new WippyError('HOST_AMBIGUOUS', Kind.Invalid, message, { hint })
  }

  /** An entry that runs as a process. Throws ENTRY_NOT_FOUND, ENTRY_NO_PROCESS. */
  processEntry(id: string): Entry {
    const entry = this.#options.registry.get(id)
    if (!entry) throw new WippyError('ENTRY_NOT_FOUND', Kind.NotFound, `entry "${id}" not found`, { retryable: false })
    if (PROCESS_KINDS.includes(entry.kind)) return entry
    throw new WippyError('ENTRY_NO_PROCESS', Kind.Invalid, `"${id}" is a ${entry.kind} and cannot be spawned`, {
      where: whereOf(entry),
      retryable: false,
    })
  }

  /** Spawns a process. Throws what `processEntry` and `host` throw, HOST_FULL, and what its code does not compile for. */
  spawn(launch: Launch): Process {
    const entry = this.processEntry(launch.entry)
    const host = this.host(launch.host)
    return this.#start(entry, host, launch)
  }

  /** Runs a function in a process of its own; its pid is on a host of the function's. Throws HOST_FULL, and as `spawn`. */
  call(entry: Entry, launch: Omit<Launch, 'entry' | 'host'>): Process {
    let host = this.#functions.get(entry)
    if (host === undefined) {
      host = new Host(`${entry.id}${FUNCTION_HOST}`, limitsOf(entry, this.#options.limits), this.#options.node)
      this.#functions.set(entry, host)
    }
    return this.#start(entry, host, launch)
  }

  /** Runs a program that is no entry's, within a budget. Throws HOST_FULL, BUDGET_PROCESSES, LUA_LOAD. */
  run(
    program: Program,
    budget: Budget,
    launch: Pick<SpawnSpec, 'host' | 'args' | 'parent'> & { readonly limits: HostLimits; readonly context: Context },
  ): Process {
    const { scheduler, nowMs } = this.#options
    const body = this.body(program, within(launch.limits, budget))
    return scheduler.spawn({ ...launch, body, budget, entry: program.entry, startedAt: nowMs(), seed: seedOfRandom() })
  }

  /** Whether the function of this id was called since it was changed last. */
  isCalled(id: string): boolean {
    const entry = this.#options.registry.get(id)
    return entry !== undefined && this.#functions.has(entry)
  }

  /** Whether a process runs a function for somebody who waits for its answer. */
  isCall({ host }: Process): boolean {
    return host.id.endsWith(FUNCTION_HOST)
  }

  /** New code for a running process, as the registry has it now. Throws as `processEntry`, and what the code does not compile for. */
  successor(process: Process, id: string, args: Uint8Array): Successor {
    const entry = this.processEntry(id)
    const context = this.contextFor(entry, process.context as Context)
    const limits = within(limitsOf(entry, process.host.limits), process.share?.budget ?? null)
    return { body: this.#body(entry, limits), entry: entry.id, args, seed: seedOfRandom(), context }
  }

  #start(
    entry: Entry,
    host: Host,
    { args, context, parent = null, monitor = false, link = false, attachment }: Omit<Launch, 'entry' | 'host'>,
  ): Process {
    const { scheduler, nowMs } = this.#options
    const limits = within(limitsOf(entry, host.limits), scheduler.budgetOf(parent))
    return scheduler.spawn({
      host,
      limits,
      body: this.#body(entry, limits),
      entry: entry.id,
      startedAt: nowMs(),
      seed: seedOfRandom(),
      args,
      parent,
      monitor,
      link,
      context: this.contextFor(entry, context),
      attachment: attachment ?? null,
    })
  }

  /** What code has of what it is given. */
  contextFor(entry: Entry, context: Context): Context {
    const { registry, authority } = this.#options
    const own = authority.entered(entry, context)
    if (own?.operator !== true) return own
    return authority.limited(
      own,
      isFromFiles(luaOf(entry), (id) => registry.get(id)),
    )
  }

  /** The program an entry has now. Throws what its code does not compile for. */
  program(entry: Entry): Program {
    return runnableOf(luaOf(entry), (id) => this.#options.registry.get(id))
  }

  /** A body that runs a program from its beginning. Throws LUA_LOAD. */
  body(program: Program, { memoryBytes, hardFuel }: HostLimits): DurableBody {
    return this.#options.makeBody(program, { memoryBytes, hardFuel })
  }

  #body(entry: Entry, limits: HostLimits): DurableBody {
    return this.body(this.program(entry), limits)
  }
}
