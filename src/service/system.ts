// The host half of `system`: what runs here, how much it takes, and the few things that may be turned.
//
// Operations are named by the right they need (`system.read` memory, `system.control` gomaxprocs, …), so the door can check them by name;
// the first argument says which question of that kind is meant.

import { Kind, WippyError } from '../error.ts'
import type { Call, Service } from './service.ts'
import { machineFigures, memoryFigures, type SystemView } from './system-view.ts'

const invalid = (message: string): WippyError => new WippyError('SYSTEM_ARGUMENT', Kind.Invalid, message, { retryable: false })
const absent = (message: string): WippyError => new WippyError('SYSTEM_ABSENT', Kind.Internal, message, { retryable: false })

/** What Lua may turn. V8 takes no orders on these while it runs: they are kept and given back, nothing more. */
type Settings = { memoryLimit: number; gcPercent: number; workers: number }

type Question = (call: Call) => readonly unknown[]
type Questions = Readonly<Record<string, Question>>

const whole = (value: unknown, what: string): number => {
  if (typeof value === 'number' && Number.isInteger(value)) return value
  throw invalid(`${what} is a whole number`)
}

const swap = <K extends keyof Settings>(settings: Settings, key: K, value: number): readonly unknown[] => {
  const before = settings[key]
  settings[key] = value
  return [before]
}

const text = (value: unknown, what: string): string => {
  if (typeof value === 'string' && value !== '') return value
  throw invalid(`${what} required`)
}

/** By resource, then by question. */
const readable = (view: SystemView, settings: Settings): Readonly<Record<string, Questions>> => {
  const raft = () => {
    const state = view.raft()
    if (state) return state
    throw absent('this node takes part in no consensus')
  }
  const local = () => view.nodes().find((node) => node.is_local)
  const figure =
    (key: string): Question =>
    () => [Number(raft().stats[key] ?? 0) || 0]
  return {
    modules: { list: () => [view.modules()] },
    memory: {
      stats: () => [memoryFigures()],
      allocated: () => [memoryFigures().alloc],
      heap_objects: () => [memoryFigures().heap_objects],
    },
    memory_limit: { get: () => [settings.memoryLimit] },
    gc_percent: { get: () => [settings.gcPercent] },
    goroutines: {
      count: () => [
        Math.max(
          1,
          view.hosts().reduce((sum, host) => sum + host.processes, 0),
        ),
      ],
    },
    gomaxprocs: { get: () => [settings.workers] },
    cpu: { count: () => [machineFigures().cpus] },
    pid: { get: () => [process.pid] },
    hostname: { get: () => [machineFigures().hostname] },
    cwd: { get: () => [process.cwd()] },
    hosts: {
      list: () => [view.hosts()],
      processes: ({ args }) => [view.processes(text(args[1], 'host id'))],
    },
    supervisor: {
      states: () => [view.services()],
      state: ({ args }) => {
        const id = text(args[1], 'service id')
        const state = view.services().find((service) => service.id === id)
        if (state) return [state]
        throw new WippyError('SYSTEM_NO_SERVICE', Kind.NotFound, `"${id}" is not under supervision`, { retryable: false })
      },
    },
    node: {
      id: () => [local()?.id ?? ''],
      addr: () => {
        const addr = local()?.addr
        if (addr) return [addr]
        throw absent('this node has no address: it belongs to no cluster')
      },
      role: () => [view.raft()?.role ?? 'non-member'],
    },
    cluster: {
      members: () => [[...view.nodes()].sort((a, b) => Number(b.is_local) - Number(a.is_local) || (a.id < b.id ? -1 : 1))],
      leader: () => [view.leader()],
      size: () => [view.nodes().length],
    },
    raft: {
      is_leader: () => [raft().role === 'leader'],
      is_member: () => [raft().role !== 'non-member'],
      role: () => [raft().role],
      term: figure('term'),
      commit_index: figure('commit_index'),
    },
    raft_stats: { all: () => [raft().stats] },
  }
}

const own = <T>(table: Readonly<Record<string, T>>, key: unknown): T | undefined =>
  typeof key === 'string' && Object.hasOwn(table, key) ? table[key] : undefined

const answer = (questions: Readonly<Record<string, Questions>>, call: Call): readonly unknown[] => {
  const question = own(own(questions, call.target) ?? {}, call.args[0])
  if (question) return question(call)
  throw invalid(`nothing to ask of "${call.target}"`)
}

export const systemService = (view: SystemView): Service => {
  const settings: Settings = { memoryLimit: -1, gcPercent: 100, workers: machineFigures().cpus }
  const reads = readable(view, settings)

  const control: Readonly<Record<string, Questions>> = {
    memory_limit: {
      set: ({ args }) => {
        const limit = whole(args[1], 'a memory limit')
        if (limit < -1) throw invalid('a memory limit is a number of bytes, or -1 for none')
        return swap(settings, 'memoryLimit', limit)
      },
    },
    gomaxprocs: {
      set: ({ args }) => {
        const workers = whole(args[1], 'a number of workers')
        if (workers <= 0) throw invalid('a number of workers is greater than 0')
        return swap(settings, 'workers', workers)
      },
    },
  }

  const collector: Readonly<Record<string, Questions>> = {
    gc: {
      collect: () => {
        globalThis.gc?.()
        return [true]
      },
    },
    gc_percent: { set: ({ args }) => swap(settings, 'gcPercent', whole(args[1], 'a percentage')) },
  }

  const lock = async (call: Call): Promise<readonly unknown[]> => {
    const name = text(call.target, 'the name of a lock is')
    if (call.args[0] === 'release') return [await view.unlock(call.caller, name)]
    if (await view.lock(call.caller, name)) return [true]
    throw new WippyError('SYSTEM_LOCKED', Kind.AlreadyExists, `lock held: ${name}`, { retryable: false })
  }

  return {
    name: 'system',
    operations: {
      'system.read': (call) => answer(reads, call),
      'system.control': (call) => answer(control, call),
      'system.gc': (call) => answer(collector, call),
      'system.lock': lock,
      'system.exit': ({ args }) => {
        view.exit(typeof args[0] === 'number' ? Math.trunc(args[0]) & 0xff : 0)
        return [true]
      },
    },
  }
}
