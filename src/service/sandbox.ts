// Code that comes as text, run in a process of its own. Nothing is allowed unless it is named.
//
//   X1 It sees the modules and libraries that are named, and of the runtime what computes: no `process`, no way to be sent messages.
//   X2 It has a budget (kernel/budget.ts) of memory, fuel and processes, and a time; each ends it with an error that says which. What it
//      spends, who asked for it spends.
//   X3 It ends when who asked for it ends, and whatever it started ends with it.
//   X4 What it may do is what it is given, and never more than who asked for it may.

import type { Clock } from '../clock.ts'
import { Kind, WippyError } from '../error.ts'
import { Budget } from '../kernel/budget.ts'
import { defaultLimits, Host } from '../kernel/host.ts'
import type { Scheduler } from '../kernel/scheduler.ts'
import { encodeAll } from '../msgpack.ts'
import type { Pid } from '../pid.ts'
import type { Program } from '../program.ts'
import { type Entry, makeEntry } from '../registry/entry.ts'
import { modulesOf } from '../registry/imports.ts'
import type { Registry } from '../registry/registry.ts'
import type { Reply } from '../request.ts'
import type { Launcher } from './launcher.ts'
import { literal } from './lua-literal.ts'
import { replyOf } from './outcome.ts'
import { adopt, programOf } from './program.ts'
import { Reader } from './reader.ts'
import type { Refusal, Refusals } from './refusals.ts'
import { lesser, type SandboxLimits } from './sandbox-policy.ts'
import type { Caller, Context } from './service.ts'

export type Snippet = {
  readonly source: string
  /** Of what the source returns; an empty text: whatever the source itself comes to. */
  readonly method: string
  readonly modules: readonly string[]
  /** alias → id of a library. */
  readonly imports: Readonly<Record<string, string>>
  /** Values it finds as globals. */
  readonly globals: Readonly<Record<string, unknown>>
}

/** How code that ran came out, and what it took: fuel, the most memory it held after a turn, time from start to end, what it might not do. */
export type Run = {
  readonly reply: Reply
  readonly fuel: number
  readonly peakBytes: number
  readonly ms: number
  readonly denied: readonly Refusal[]
}

/** Who asks: its end is the end of what runs for it. */
export type Asker = Pick<Caller, 'onEnd'> & { readonly pid: Pid | null }

export type RunOptions = {
  readonly args: readonly unknown[]
  readonly context: Context
  readonly limits: SandboxLimits
  /** The entry whose limits hold besides, and change with it. */
  readonly policy?: { readonly id: string; readonly limits: SandboxLimits } | undefined
}

/** One that runs. */
type Running = Pick<RunOptions, 'limits' | 'policy'> & { readonly budget: Budget; readonly bound: (timeoutMs: number) => void }

const RUNS = 1000 // at once, on one node
const LONGEST_SOURCE = 256 * 1024 // characters
const SLICE = 100_000
const BARE = 'process, subscribe, unsubscribe = nil, nil, nil return true'

export type SandboxOptions = {
  readonly scheduler: Scheduler
  readonly launcher: Launcher
  readonly registry: Registry
  readonly refusals: Refusals
  readonly clock: Clock
  /** Brings in the services of the modules that an entry declares. */
  readonly load: (entry: Entry) => Promise<void>
}

const timedOut = (ms: number): WippyError =>
  new WippyError('SANDBOX_TIMEOUT', Kind.Timeout, `the code took longer than ${ms} ms`, { retryable: false })

export class Sandbox {
  readonly #options: SandboxOptions
  readonly #host = new Host('eval:sandbox', { processes: RUNS })
  readonly #running = new Set<Running>()
  readonly #reader = new Reader()

  constructor(options: SandboxOptions) {
    this.#options = options
  }

  /** What would run, for `by`. Throws LUA_SYNTAX, IMPORT_MISSING, SANDBOX_GLOBAL, SANDBOX_SOURCE. */
  async compile({ source, method, modules, imports, globals }: Snippet, by: Pid | null): Promise<Program> {
    const { registry, load } = this.#options
    if (source.length > LONGEST_SOURCE) {
      const message = `the code has ${source.length} characters; at most ${LONGEST_SOURCE} are possible`
      throw new WippyError('SANDBOX_SOURCE', Kind.Invalid, message, { retryable: false, hint: 'Give it data as input.' })
    }
    const data = { source, modules, imports, ...(method === '' ? {} : { method }) }
    const entry = makeEntry({ id: 'eval:code', kind: 'function.lua', data })
    adopt(entry, await this.#reader.read({ source, file: entry.id }, by ?? ''))
    const program = programOf(entry, (id) => registry.get(id))
    await load(entry)
    const given = Object.entries(globals).map(([name, value]) => {
      const id = `eval:global.${name}`
      return { id, chunk: { file: id, code: `return ${literal(value)}`, imports: {} } }
    })
    const named = Object.fromEntries(Object.keys(globals).map((name) => [name, `eval:global.${name}`]))
    const bare = [...modulesOf(entry).values()].includes('process')
      ? []
      : [{ id: 'eval:bare', chunk: { file: 'eval:bare', code: BARE, imports: {} } }]
    const { chunk, libraries } = program
    return {
      ...program,
      method,
      chunk: { ...chunk, imports: { ...chunk.imports, ...named } },
      libraries: [...bare, ...given, ...libraries],
    }
  }

  /** Runs a program to its end, and what it started with it. */
  run(asker: Asker, program: Program, { args, context, limits: asked, policy }: RunOptions): Promise<Run> {
    const { scheduler, launcher, clock, refusals } = this.#options
    const startedAt = clock.nowMs()
    const limits = policy ? lesser(asked, policy.limits) : asked
    const budget = new Budget(limits, scheduler.budgetOf(asker.pid))
    const { pid } = launcher.run(program, budget, {
      host: this.#host,
      limits: { ...defaultLimits, memoryBytes: limits.memoryBytes, fuel: Math.min(SLICE, limits.fuel) },
      args: encodeAll(args),
      context,
      parent: asker.pid,
    })
    const denied = refusals.watch(budget)
    const end = (error: WippyError | null): void => {
      if (scheduler.processes.find(pid) === null) return
      if (error === null) scheduler.terminate(pid)
      else scheduler.fail(pid, error)
    }
    return new Promise((resolve) => {
      let forgetTimer = (): void => {}
      const bound = (timeoutMs: number): void => {
        forgetTimer()
        forgetTimer = clock.setTimer(Math.max(0, startedAt + timeoutMs - clock.nowMs()), () => end(timedOut(timeoutMs)))
      }
      bound(limits.timeoutMs)
      const running: Running = { budget, limits: asked, policy, bound }
      this.#running.add(running)
      const forgetCaller = asker.onEnd(() => end(null))
      scheduler.onExit(pid, (exit) => {
        forgetTimer()
        forgetCaller()
        this.#running.delete(running)
        for (const member of budget.members) scheduler.terminate(member)
        const { spent, peakBytes } = budget
        resolve({ reply: replyOf(exit), fuel: spent, peakBytes, ms: clock.nowMs() - startedAt, denied: denied() })
      })
    })
  }

  /** What a policy bounds now holds for what runs under it. */
  relimit(policy: string, limits: SandboxLimits): void {
    for (const running of this.#running) {
      if (running.policy?.id !== policy) continue
      const now = lesser(running.limits, limits)
      running.budget.limits = now
      running.bound(now.timeoutMs)
    }
  }
}
