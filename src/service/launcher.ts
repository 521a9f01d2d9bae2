// Starting processes: from an entry id and a host id to a process of the kernel.
//
// Owns which host has which limits and which entry has which image; knows nothing of who asks or why.

import { randomInt } from 'node:crypto'
import { Kind, WippyError } from '../error.ts'
import type { Body } from '../kernel/body.ts'
import { Host, type HostLimits } from '../kernel/host.ts'
import type { Process } from '../kernel/process.ts'
import type { Scheduler } from '../kernel/scheduler.ts'
import type { Pid } from '../pid.ts'
import type { Program } from '../program.ts'
import { type Entry, fieldsOf, isFields, whereOf } from '../registry/entry.ts'
import { dependentsOf } from '../registry/dependency.ts'
import type { Registry } from '../registry/registry.ts'
import { parseSize } from '../registry/units.ts'
import type { Attachment } from './door.ts'
import { programOf } from './program.ts'
import type { Context } from './service.ts'

/** Makes bodies of programs; given by the app, which knows the VM. Images are made once per key. */
export type MakeBody = (key: object, program: () => Program, limits: { readonly memoryBytes: number; readonly hardFuel: number }) => Body

export type LauncherOptions = {
  readonly scheduler: Scheduler
  readonly registry: Registry
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

const PROCESS_KINDS = ['process.lua', 'workflow.lua']

export class Launcher {
  readonly #options: LauncherOptions
  readonly #hosts = new Map<string, { readonly kind: string; readonly host: Host }>()
  readonly #functions = new Map<string, Host>()
  /** What the image of an entry is known by; another one as soon as the entry or something it imports changes. */
  readonly #versions = new Map<string, object>()

  constructor(options: LauncherOptions) {
    this.#options = options
    const { registry } = options
    registry.subscribe(({ changes }) => {
      const changed = changes.map(({ entry }) => entry.id)
      for (const id of changed) this.#versions.delete(id)
      for (const { id } of dependentsOf(changed, registry.snapshot().entries())) this.#versions.delete(id)
    })
  }

  /** Takes in a `process.host` or `terminal.host` entry, or its new limits; processes that run keep theirs. */
  setHost(entry: Entry): void {
    const limits = this.#limitsOf(entry, this.#options.limits)
    const known = this.#hosts.get(entry.id)
    if (known) known.host.limits = limits
    else this.#hosts.set(entry.id, { kind: entry.kind, host: new Host(entry.id, limits, this.#options.node) })
  }

  /** Forgets a host; its processes are cancelled by whoever removes it. */
  removeHost(id: string): void {
    this.#hosts.delete(id)
  }

  /** Every host with its kind. */
  *hosts(): Generator<{ readonly kind: string; readonly host: Host }> {
    yield* this.#hosts.values()
  }

  /** Throws HOST_NOT_FOUND. */
  host(id: string): Host {
    const known = this.#hosts.get(id)
    if (known) return known.host
    const hosts = [...this.#hosts.keys()]
    throw new WippyError('HOST_NOT_FOUND', Kind.NotFound, `process host "${id}" not found`, {
      hint: hosts.length > 0 ? `Known hosts: ${hosts.join(', ')}` : 'Add a process.host entry.',
    })
  }

  /** An entry that runs as a process. Throws ENTRY_NOT_FOUND, ENTRY_NO_PROCESS. */
  processEntry(id: string): Entry {
    const entry = this.#options.registry.get(id)
    if (!entry) throw new WippyError('ENTRY_NOT_FOUND', Kind.NotFound, `entry "${id}" not found`)
    if (PROCESS_KINDS.includes(entry.kind)) return entry
    throw new WippyError('ENTRY_NO_PROCESS', Kind.Invalid, `"${id}" is a ${entry.kind} and cannot be spawned`, { where: whereOf(entry) })
  }

  /** Spawns a process. Throws what `processEntry` and `host` throw, HOST_FULL, and what its code does not compile for. */
  spawn(launch: Launch): Process {
    const entry = this.processEntry(launch.entry)
    const host = this.host(launch.host)
    return this.#start(entry, host, launch)
  }

  /** Runs a function in a process of its own; its pid is on a host of the function's. */
  call(entry: Entry, launch: Omit<Launch, 'entry' | 'host'>): Process {
    let host = this.#functions.get(entry.id)
    if (host === undefined) {
      host = new Host(`${entry.id}#lua.1`, this.#limitsOf(entry, this.#options.limits), this.#options.node)
      this.#functions.set(entry.id, host)
    }
    return this.#start(entry, host, launch)
  }

  /** A body that runs the code of an entry as it is now. */
  bodyOf(entry: Entry, host: Host): Body {
    const { registry, makeBody } = this.#options
    const { memoryBytes, hardFuel } = this.#limitsOf(entry, host.limits)
    let version = this.#versions.get(entry.id)
    if (version === undefined) {
      version = {}
      this.#versions.set(entry.id, version)
    }
    return makeBody(version, () => programOf(entry, (id) => registry.get(id)), { memoryBytes, hardFuel })
  }

  #start(entry: Entry, host: Host, { args, context, parent = null, monitor = false, link = false, attachment }: Omit<Launch, 'entry' | 'host'>): Process {
    const { scheduler, nowMs } = this.#options
    return scheduler.spawn({
      host,
      body: this.bodyOf(entry, host),
      entry: entry.id,
      startedAt: nowMs(),
      seed: randomInt(0, 2 ** 32),
      args,
      parent,
      monitor,
      link,
      context,
      attachment: attachment ?? null,
    })
  }

  /** `limits:` of an entry over what it inherits; `host.max_processes` and `max_processes` as older configurations write it. */
  #limitsOf(entry: Entry, inherited: HostLimits): HostLimits {
    const fields = fieldsOf(entry)
    const own = isFields(fields.limits) ? fields.limits : {}
    const group = isFields(fields.host) ? fields.host : {}
    const mailbox = isFields(own.mailbox) ? own.mailbox : {}
    const whole = (value: unknown, fallback: number): number =>
      typeof value === 'number' && Number.isInteger(value) && value > 0 ? value : fallback
    const size = (value: unknown, fallback: number): number => (value === undefined ? fallback : parseSize(value))
    const policy = mailbox.policy
    return {
      processes: whole(own.processes, whole(group.max_processes, whole(fields.max_processes, inherited.processes))),
      mailbox: {
        messages: whole(mailbox.messages, inherited.mailbox.messages),
        bytes: size(mailbox.size, inherited.mailbox.bytes),
        policy: policy === 'drop-oldest' || policy === 'drop-newest' || policy === 'refuse' ? policy : inherited.mailbox.policy,
      },
      memoryBytes: size(own.memory, inherited.memoryBytes),
      fuel: whole(own.fuel, inherited.fuel),
      hardFuel: whole(own.hard_fuel, inherited.hardFuel),
    }
  }
}
