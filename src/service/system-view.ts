// What `system` shows of the running node, as the app provides it, and the figures that Node itself has.

import { arch, availableParallelism, hostname, platform } from 'node:os'
import { constants, PerformanceObserver } from 'node:perf_hooks'
import { getHeapStatistics } from 'node:v8'
import { Kind, WippyError } from '../error.ts'
import type { Caller } from './service.ts'

export type ModuleInfo = { readonly name: string; readonly description: string; readonly class: readonly string[] }

export type HostInfo = {
  readonly id: string
  readonly workers: number
  readonly processes: number
  /** Steps taken since the start. */
  readonly executed: number
  readonly stolen: number
  /** Processes that are ready to run. */
  readonly queue_depth: number
}

export type ProcessInfo = {
  readonly pid: string
  readonly host: string
  /** Entry id. */
  readonly source: string
  readonly state: string
  readonly steps: number
  /** Nanoseconds since the epoch. */
  readonly started_at: number | bigint
  readonly parent?: string
  readonly actor_id?: string
  /** Further figures: fuel, memory_bytes, mailbox, … */
  readonly stats?: Readonly<Record<string, unknown>>
}

export type ServiceState = {
  readonly id: string
  readonly status: string
  readonly desired: string
  readonly retry_count: number
  /** Nanoseconds since the epoch. */
  readonly last_update: number | bigint
  readonly started_at: number | bigint
  readonly details?: string
}

export type NodeInfo = {
  readonly id: string
  readonly is_local: boolean
  readonly addr?: string
  readonly meta?: Readonly<Record<string, string>>
}

/** What the app lets `system` see and do. Arrays are taken as they are; keys are what Lua sees. */
export type SystemView = {
  modules(): readonly ModuleInfo[]
  hosts(): readonly HostInfo[]
  /** The processes of a host; empty for one that does not exist. */
  processes(host: string): readonly ProcessInfo[]
  /** Services under supervision. */
  services(): readonly ServiceState[]
  /** The nodes of the cluster; this one alone when there is none. */
  nodes(): readonly NodeInfo[]
  /** The leader's node id, or "" when nobody leads. */
  leader(): string
  /** Figures of the consensus, or null when this node takes no part in one. */
  raft(): { readonly role: string; readonly stats: Readonly<Record<string, string>> } | null
  /** Takes a name for a process, until it ends or lets go: false when somebody else has it. */
  lock(caller: Caller, name: string): boolean | Promise<boolean>
  /** False when the process does not hold it. */
  unlock(caller: Caller, name: string): boolean | Promise<boolean>
  /** Ends the node in order. */
  exit(code: number): void
}

const MOST_LOCKS = 1000 // of one process

/** Locks of one node. Who holds one already does not get it twice. `lock` throws SYSTEM_LOCKS_TOO_MANY. */
export const localLocks = (): Pick<SystemView, 'lock' | 'unlock'> => {
  const holders = new Map<string, string>() // name → pid
  const held = new Map<string, Set<string>>() // pid → names
  const begin = (caller: Caller): Set<string> => {
    const names = new Set<string>()
    held.set(caller.pid, names)
    caller.onEnd(() => {
      held.delete(caller.pid)
      for (const name of names) holders.delete(name)
    })
    return names
  }
  return {
    lock: (caller, name) => {
      if (holders.has(name)) return false
      const names = held.get(caller.pid) ?? begin(caller)
      if (names.size >= MOST_LOCKS) {
        const message = `a process holds at most ${MOST_LOCKS} locks`
        throw new WippyError('SYSTEM_LOCKS_TOO_MANY', Kind.RateLimited, message, { hint: 'Let go of those that are not needed.' })
      }
      names.add(name)
      holders.set(name, caller.pid)
      return true
    },
    unlock: (caller, name) => {
      if (holders.get(name) !== caller.pid) return false
      held.get(caller.pid)!.delete(name)
      return holders.delete(name)
    },
  }
}

let collections = 0
let watching = false
// Collections are counted from the first time anybody asks: watching them costs a little.
const countCollections = (): number => {
  if (!watching) {
    watching = true
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        if ((entry as { detail?: { kind?: number } }).detail?.kind !== constants.NODE_PERFORMANCE_GC_INCREMENTAL) collections++
      }
    }).observe({ entryTypes: ['gc'] })
  }
  return collections
}

const BYTES_PER_OBJECT = 48 // V8 does not count objects: an estimate from the heap's size

/** Memory of the whole program. Names are Go's, which apps know; what V8 does not have is 0. */
export const memoryFigures = () => {
  const { rss, heapTotal, heapUsed, external } = process.memoryUsage()
  const { total_heap_size_executable, heap_size_limit, malloced_memory } = getHeapStatistics()
  return {
    alloc: heapUsed + external,
    total_alloc: heapUsed + external,
    sys: rss,
    heap_alloc: heapUsed,
    heap_sys: heapTotal,
    heap_idle: heapTotal - heapUsed,
    heap_in_use: heapUsed,
    heap_released: 0,
    heap_objects: Math.ceil(heapUsed / BYTES_PER_OBJECT),
    stack_in_use: 0,
    stack_sys: 0,
    mspan_in_use: malloced_memory,
    mspan_sys: total_heap_size_executable,
    num_gc: countCollections(),
    next_gc: heap_size_limit,
  }
}

/** Processors, name and system of this machine. */
export const machineFigures = () => ({ cpus: availableParallelism(), hostname: hostname(), platform: `${platform()}-${arch()}` })
