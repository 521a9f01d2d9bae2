// What was denied to the processes of a budget, for whoever wants to tell it when they are done.

import type { Budget } from '../kernel/budget.ts'
import type { Pid } from '../pid.ts'
import type { Demand } from './rights.ts'

/** One action on one resource, and how often. */
export type Refusal = { readonly action: string; readonly resource: string; times: number }

const MOST = 100 // different ones of one budget

export class Refusals {
  readonly #budgetOf: (pid: Pid) => Budget | null
  readonly #watched = new Map<Budget, Map<string, Refusal>>()

  constructor(budgetOf: (pid: Pid) => Budget | null) {
    this.#budgetOf = budgetOf
  }

  /** Begins to collect; the returned function ends it and gives what there was. */
  watch(budget: Budget): () => readonly Refusal[] {
    const found = new Map<string, Refusal>()
    this.#watched.set(budget, found)
    return () => {
      this.#watched.delete(budget)
      return [...found.values()]
    }
  }

  readonly note = ({ pid }: { readonly pid: Pid }, { action, resource }: Demand): void => {
    if (this.#watched.size === 0) return
    for (const budget of this.#budgetOf(pid)?.line() ?? []) {
      const found = this.#watched.get(budget)
      const known = found?.get(`${action} ${resource}`)
      if (known) known.times++
      else if (found && found.size < MOST) found.set(`${action} ${resource}`, { action, resource, times: 1 })
    }
  }
}
