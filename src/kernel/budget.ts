// What a family of processes may spend together. What one of them spends, its budget spends, and every budget above that one.
//
//   B1 A process has the budget of whoever started it, unless it begins one of its own below that; nobody leaves the budget they are in.
//   B2 Who finds that the fuel of any of its budgets is spent is ended, wherever it stands. So is who takes memory beyond one of them.
//      What the host does for an ask is spent as well, in proportion to what it came with.
//   B3 Memory is what each process held after its last step: the hosts' limits bound what one step may take before it is looked at.

import type { Pid } from '../pid.ts'
import type { Fault } from './body.ts'
import { budgetTooDeep, budgetTooMany } from './failure.ts'

export type BudgetLimits = {
  /** Units of work of all its processes together, in all their lives. */
  readonly fuel: number
  /** What its processes hold at once. */
  readonly memoryBytes: number
  /** Processes at once. */
  readonly processes: number
}

const DEEPEST = 16

const mebibytes = (bytes: number): string => `${Math.round((bytes / 1024 ** 2) * 10) / 10} MiB`

export class Budget {
  /** May be replaced; holds from the next step on. */
  limits: BudgetLimits
  readonly parent: Budget | null
  /** The processes in it and in the budgets below it. */
  readonly members = new Set<Pid>()
  spent = 0
  heldBytes = 0
  /** The most bytes that its processes held at once. */
  peakBytes = 0
  readonly #depth: number

  /** Throws BUDGET_DEPTH. */
  constructor(limits: BudgetLimits, parent: Budget | null = null) {
    this.limits = limits
    this.parent = parent
    this.#depth = parent === null ? 1 : parent.#depth + 1
    if (this.#depth > DEEPEST) throw budgetTooDeep(DEEPEST)
  }

  /** It and those above it. */
  *line(): Generator<Budget> {
    for (let at: Budget | null = this; at !== null; at = at.parent) yield at
  }

  /** Whether it and those above it only count, and bound nothing: what is started in it may outlive it. */
  get isBoundless(): boolean {
    for (const { limits } of this.line()) if (Object.values(limits).some(Number.isFinite)) return false
    return true
  }

  /** The fuel its processes have left. */
  get fuelLeft(): number {
    let left = Number.POSITIVE_INFINITY
    for (let at: Budget | null = this; at !== null; at = at.parent) left = Math.min(left, at.limits.fuel - at.spent)
    return left
  }

  /** The most memory that a process in it can have. */
  get memoryBytes(): number {
    let bytes = Number.POSITIVE_INFINITY
    for (let at: Budget | null = this; at !== null; at = at.parent) bytes = Math.min(bytes, at.limits.memoryBytes)
    return bytes
  }

  /** Work that was done for one of its processes, elsewhere than in it. */
  spend(fuel: number): void {
    for (let at: Budget | null = this; at !== null; at = at.parent) at.spent += fuel
  }

  /** Takes a process in. Throws BUDGET_PROCESSES. */
  admit(pid: Pid): Share {
    for (const { members, limits } of this.line()) if (members.size >= limits.processes) throw budgetTooMany(limits.processes)
    for (const { members } of this.line()) members.add(pid)
    return new Share(this)
  }

  /** Counts a change of what its processes hold. */
  hold(bytes: number): void {
    for (let at: Budget | null = this; at !== null; at = at.parent) {
      at.heldBytes += bytes
      at.peakBytes = Math.max(at.peakBytes, at.heldBytes)
    }
  }

  /** Why nobody in it may go on; null when they may. */
  get exhausted(): Fault | null {
    for (let at: Budget | null = this; at !== null; at = at.parent) {
      const { fuel, memoryBytes } = at.limits
      if (at.spent >= fuel) return { reason: 'fuel', message: `out of fuel: it may spend ${fuel} units` }
      if (at.heldBytes > memoryBytes) return { reason: 'memory', message: `out of memory: more than ${mebibytes(memoryBytes)}` }
    }
    return null
  }
}

/** What one process has of its budget. */
export class Share {
  readonly budget: Budget
  #heldBytes = 0

  constructor(budget: Budget) {
    this.budget = budget
  }

  /** Counts a step: its fuel, and what the process holds after it. */
  count(fuel: number, heldBytes: number): void {
    this.budget.spend(fuel)
    this.budget.hold(heldBytes - this.#heldBytes)
    this.#heldBytes = heldBytes
  }

  /** The process has ended. */
  leave(pid: Pid): void {
    this.budget.hold(-this.#heldBytes)
    for (const { members } of this.budget.line()) members.delete(pid)
  }
}
