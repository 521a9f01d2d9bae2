// Supervision trees of TypeScript bodies for tests: no Lua, no timers of their own, every end under the test's hand.

import { Kind, WippyError } from '../../src/error.ts'
import { type ChildSpec, defaultPlan, defaultShutdown, type Plan } from '../../src/kernel/child.ts'
import type { Exit } from '../../src/kernel/exit.ts'
import { EVENT } from '../../src/kernel/frame.ts'
import { Tree, type TreeEvent } from '../../src/kernel/tree.ts'
import type { Pid } from '../../src/pid.ts'
import { ManualTimers } from '../support/manual-timers.ts'
import { TestKernel } from '../support/test-kernel.ts'

/** What a child of these tests runs: a worker that only ends when told to, or another supervisor. */
export type Program = {
  readonly plan?: Plan<Program>
  /** Why it cannot be started, as long as there is something in it. */
  readonly broken?: string[]
  /** Does not end when asked to. */
  readonly deaf?: boolean
  readonly version?: number
}

export const child = (id: string, more: Partial<ChildSpec<Program>> = {}): ChildSpec<Program> => {
  const type = more.program?.plan ? 'supervisor' : 'worker'
  return { id, program: {}, type, restart: 'permanent', shutdown: defaultShutdown(type), significant: false, ...more }
}

export const plan = (children: readonly ChildSpec<Program>[], more: Partial<Plan<Program>> = {}): Plan<Program> => ({
  ...defaultPlan,
  ...more,
  children,
})

/** A child that is a supervisor. */
export const branch = (id: string, inner: Plan<Program>, more: Partial<ChildSpec<Program>> = {}): ChildSpec<Program> =>
  child(id, { program: { plan: inner }, ...more })

export class Nursery {
  readonly kernel = new TestKernel()
  readonly timers = new ManualTimers()
  /** `+id` was started, `-id` has ended, in order. */
  readonly diary: string[] = []
  readonly events: TreeEvent[] = []
  readonly trees = new Map<Pid, Tree<Program>>()

  /** Starts a supervisor, and runs until nobody is ready. */
  start(wanted: Plan<Program>): Tree<Program> {
    const tree = this.#tree(wanted)
    this.kernel.run()
    return tree
  }

  #tree(wanted: Plan<Program>, parent: Pid | null = null): Tree<Program> {
    const { scheduler } = this.kernel
    const tree = new Tree<Program>(
      wanted,
      { host: this.kernel.host, entry: 'app:supervisor', startedAt: 0, parent },
      {
        scheduler,
        spawn: (spec, supervisor, ended) => this.#spawn(spec, supervisor, ended),
        errorOf: (exit) => exit.error ?? new WippyError('BOOM', exit.payload[0] === 67 ? Kind.Canceled : Kind.Internal, 'boom'),
        isSame: (a, b) => JSON.stringify(a) === JSON.stringify(b),
        setTimer: this.timers.setTimer,
        nowMs: () => this.timers.nowMs,
        happened: (event) => this.events.push(event),
      },
    )
    this.trees.set(tree.pid, tree)
    scheduler.onExit(tree.pid, () => this.trees.delete(tree.pid))
    return tree
  }

  #spawn({ id, program }: ChildSpec<Program>, supervisor: Pid, ended: (exit: Exit) => void): Pid {
    const why = program.broken?.shift()
    if (why !== undefined) throw new WippyError(why, Kind.Unavailable, 'cannot be started')
    const { pid } = program.plan ? this.#tree(program.plan, supervisor) : this.#worker(program)
    this.diary.push(`+${id}`)
    this.kernel.scheduler.onExit(pid, (exit) => {
      this.diary.push(`-${id}`)
      ended(exit)
    })
    return pid
  }

  #worker({ deaf = false }: Program) {
    return this.kernel.spawn((inbox, out) => {
      const told = inbox.find(({ topic }) => topic === 'end')?.payload
      if (told !== undefined) return out.exit(told, told === 'well')
      return !deaf && inbox.some(({ kind, topic }) => kind === EVENT && topic === 'pid.cancel') ? out.exit('') : undefined
    })
  }

  /** Kills a process by force. */
  kill(pid: Pid): void {
    this.kernel.scheduler.terminate(pid)
    this.kernel.run()
  }

  /** Lets a worker end: `well`, with an error, or as cancelled (`C`). */
  end(pid: Pid, how: 'well' | 'error' | 'C'): void {
    this.kernel.scheduler.delivery.message('', pid, 'end', new TextEncoder().encode(how))
    this.kernel.run()
  }

  /** Runs after time has passed. */
  pass(ms: number): void {
    this.timers.pass(ms)
    this.kernel.run()
  }

  /** What was written since the last look. */
  written(): string {
    return this.diary.splice(0).join(' ')
  }

  isAlive({ pid }: { readonly pid: Pid }): boolean {
    return this.kernel.scheduler.processes.find(pid) !== null
  }

  get alive(): number {
    return this.kernel.scheduler.processes.size
  }
}

export const pidOf = (tree: Tree<Program>, id: string): Pid => {
  const pid = tree.children().find((found) => found.id === id)?.pid
  if (pid) return pid
  throw new Error(`${id} does not run`)
}

/** Ids of the children with what they are at present: `a:running b:stopped`. */
export const states = (tree: Tree<Program>): string =>
  tree
    .children()
    .map(({ id, state }) => `${id}:${state}`)
    .join(' ')
