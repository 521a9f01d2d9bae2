// Registered names: text → pid, in three tables that differ in which other nodes agree on them. On one node they only differ in order.
//
//   N1. A name means one pid per table.
//   N2. A process that ended holds no name; one that runs holds at most MOST_NAMES in each.

import { type Pid, parsePid } from '../pid.ts'
import { nameInvalid, namesTooMany, nameTaken } from './failure.ts'

export const Scope = { LOCAL: 0, EVENTUAL: 1, CONSISTENT: 2, STRONG: 3 } as const
export type Scope = (typeof Scope)[keyof typeof Scope]

/** Names that a pid holds in a table. */
export const MOST_NAMES = 10_000
const LONGEST = 1024 // characters

/** One table: names, and which of them a pid holds. */
type Table = { readonly pids: Map<string, Pid>; readonly held: Map<Pid, Set<string>> }
const table = (): Table => ({ pids: new Map(), held: new Map() })

export class Names {
  readonly #local = table()
  readonly #eventual = table()
  readonly #global = table() // CONSISTENT and STRONG

  /** The same pid may register again; another fails with NAME_TAKEN, whose details carry the owner. Throws NAME_INVALID, NAMES_TOO_MANY. */
  register(name: string, pid: Pid, scope: Scope = Scope.LOCAL): void {
    if (name === '' || name.length > LONGEST || parsePid(name) !== null) throw nameInvalid(name.slice(0, LONGEST))
    const { pids, held } = this.#table(scope)
    const owner = pids.get(name)
    if (owner === pid) return
    if (owner !== undefined) throw nameTaken(name, owner)
    const names = held.get(pid)
    if (names && names.size >= MOST_NAMES) throw namesTooMany(MOST_NAMES)
    pids.set(name, pid)
    if (names) names.add(name)
    else held.set(pid, new Set([name]))
  }

  /** The pid behind a name: the scope that most nodes agree on first. */
  lookup(name: string): Pid | undefined {
    return this.#global.pids.get(name) ?? this.#eventual.pids.get(name) ?? this.#local.pids.get(name)
  }

  /** The names of a pid. */
  of(pid: Pid): string[] {
    return [...new Set([this.#global, this.#eventual, this.#local].flatMap(({ held }) => [...(held.get(pid) ?? [])]))]
  }

  /** Whether there was such a name. CONSISTENT and STRONG names only go with their owner. */
  unregister(name: string, scope: Scope = Scope.LOCAL, by: Pid | null = null): boolean {
    const { pids, held } = this.#table(scope)
    const owner = pids.get(name)
    if (owner === undefined || (scope >= Scope.CONSISTENT && by !== owner)) return false
    pids.delete(name)
    const names = held.get(owner)!
    names.delete(name)
    if (names.size === 0) held.delete(owner)
    return true
  }

  /** Forgets all names of a pid. */
  release(pid: Pid): void {
    for (const { pids, held } of [this.#local, this.#eventual, this.#global]) {
      const names = held.get(pid)
      if (names === undefined) continue
      for (const name of names) pids.delete(name)
      held.delete(pid)
    }
  }

  #table(scope: Scope): Table {
    if (scope === Scope.LOCAL) return this.#local
    return scope === Scope.EVENTUAL ? this.#eventual : this.#global
  }
}
