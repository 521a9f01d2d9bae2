// Code that comes as text, run in a process of its own. Nothing is allowed unless it is named.
//
//   X1 It sees the modules and libraries that are named, and of the runtime what computes: no `process`, no way to be sent messages.
//   X2 It has a bound on memory, on all the fuel it spends, and on the time it takes; each ends it with an error that says which.
//   X3 It ends when who asked for it ends.

import type { Clock } from '../clock.ts'
import { Kind, WippyError } from '../error.ts'
import type { Body } from '../kernel/body.ts'
import { Budget } from '../kernel/budget.ts'
import { defaultLimits, Host } from '../kernel/host.ts'
import type { Scheduler } from '../kernel/scheduler.ts'
import { encodeAll } from '../msgpack.ts'
import type { Pid } from '../pid.ts'
import type { Program } from '../program.ts'
import { type Entry, makeEntry } from '../registry/entry.ts'
import type { Registry } from '../registry/registry.ts'
import type { Reply } from '../request.ts'
import type { Launcher } from './launcher.ts'
import { literal } from './lua-literal.ts'
import { replyOf } from './outcome.ts'
import { programOf } from './program.ts'
import type { Caller, Context } from './service.ts'

export type Snippet = {
  readonly source: string
  readonly method: string
  readonly modules: readonly string[]
  /** alias → id of a library. */
  readonly imports: Readonly<Record<string, string>>
  /** Values it finds as globals. */
  readonly globals: Readonly<Record<string, unknown>>
}

export type SandboxLimits = { readonly memoryBytes: number; readonly fuel: number; readonly timeoutMs: number }

/** How code that ran came out, and what it took: fuel, the most memory it held after a turn, time from start to end. */
export type Run = { readonly reply: Reply; readonly fuel: number; readonly peakBytes: number; readonly ms: number }

/** Who asks: its end is the end of what runs for it. */
export type Asker = Pick<Caller, 'onEnd'> & { readonly pid: Pid | null }

export const defaultSandbox: SandboxLimits = { memoryBytes: 16 * 1024 * 1024, fuel: 200_000_000, timeoutMs: 30_000 }

const RUNS = 1000 // at once, on one node
const SLICE = 100_000
const BARE = 'process, subscribe, unsubscribe = nil, nil, nil return true'

export type SandboxOptions = {
  readonly scheduler: Scheduler
  readonly launcher: Launcher
  readonly registry: Registry
  readonly clock: Clock
  /** Brings in the services of the modules that an entry declares. */
  readonly load: (entry: Entry) => Promise<void>
}

const timedOut = (ms: number): WippyError =>
  new WippyError('SANDBOX_TIMEOUT', Kind.Timeout, `the code took longer than ${ms} ms`, { retryable: false })

export class Sandbox {
  readonly #options: SandboxOptions
  readonly #host = new Host('eval:sandbox', { processes: RUNS })

  constructor(options: SandboxOptions) {
    this.#options = options
  }

  /** What would run. Throws LUA_SYNTAX, IMPORT_MISSING, SANDBOX_GLOBAL. */
  async compile({ source, method, modules, imports, globals }: Snippet): Promise<Program> {
    const { registry, load } = this.#options
    const data = { source, modules, imports, ...(method === '' ? {} : { method }) }
    const entry = makeEntry({ id: 'eval:code', kind: 'function.lua', data })
    const program = programOf(entry, (id) => registry.get(id))
    await load(entry)
    const given = Object.entries(globals).map(([name, value]) => {
      const id = `eval:global.${name}`
      return { id, chunk: { file: id, code: `return ${literal(value)}`, imports: {} } }
    })
    const named = Object.fromEntries(Object.keys(globals).map((name) => [name, `eval:global.${name}`]))
    const bare = modules.includes('process') ? [] : [{ id: 'eval:bare', chunk: { file: 'eval:bare', code: BARE, imports: {} } }]
    const { chunk, libraries } = program
    return { ...program, chunk: { ...chunk, imports: { ...chunk.imports, ...named } }, libraries: [...bare, ...given, ...libraries] }
  }

  /** Runs a program to its end. */
  run(asker: Asker, program: Program, args: readonly unknown[], context: Context, limits: SandboxLimits): Promise<Run> {
    const { scheduler, launcher, clock } = this.#options
    const { memoryBytes, fuel, timeoutMs } = limits
    const startedAt = clock.nowMs()
    let budget: Budget | null = null
    const bounded = (body: Body): Budget => {
      budget = new Budget(body, fuel)
      return budget
    }
    const { pid } = launcher.run(program, bounded, {
      host: this.#host,
      limits: { ...defaultLimits, memoryBytes, fuel: Math.min(SLICE, fuel) },
      args: encodeAll(args),
      context,
      parent: asker.pid,
    })
    const end = (error: WippyError | null): void => {
      if (scheduler.processes.find(pid) === null) return
      if (error === null) scheduler.terminate(pid)
      else scheduler.fail(pid, error)
    }
    return new Promise((resolve) => {
      const forgetTimer = clock.setTimer(timeoutMs, () => end(timedOut(timeoutMs)))
      const forgetCaller = asker.onEnd(() => end(null))
      scheduler.onExit(pid, (exit) => {
        forgetTimer()
        forgetCaller()
        const { total = 0, peakBytes = 0 } = budget ?? {}
        resolve({ reply: replyOf(exit), fuel: total, peakBytes, ms: clock.nowMs() - startedAt })
      })
    })
  }
}
