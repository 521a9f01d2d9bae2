// Groups of processes by name, as Erlang's `pg`: who has joined is in them until it leaves or ends.
//
//   G1 Who joins twice is in a group twice, hears everything twice, and has left when it has left twice.
//   G2 A change of several groups is made whole or not at all.
//   G3 There are so many groups, and so many members in each; one more is refused.

import { Kind, WippyError } from '../error.ts'
import type { Pid } from '../pid.ts'

export type GroupLimits = { readonly groups: number; readonly members: number }

export type GroupChange = { readonly kind: 'member.joined' | 'member.left'; readonly group: string; readonly pids: readonly Pid[] }

type Listener = { readonly group: string | null; readonly hear: (change: GroupChange) => void }

const full = (message: string): WippyError => new WippyError('PG_FULL', Kind.RateLimited, message, { retryable: true })

export class ProcessGroups {
  limits: GroupLimits
  readonly #groups = new Map<string, Pid[]>()
  readonly #joined = new Map<Pid, string[]>()
  readonly #listeners = new Set<Listener>()

  constructor(limits: GroupLimits) {
    this.limits = limits
  }

  /** Members of a group, in the order in which they joined. */
  members(group: string): readonly Pid[] {
    return this.#groups.get(group) ?? []
  }

  /** Groups with members, by name. */
  get names(): readonly string[] {
    return [...this.#groups.keys()].sort()
  }

  /** Throws PG_FULL. */
  join(pid: Pid, groups: readonly string[]): void {
    const { groups: mostGroups, members: mostMembers } = this.limits
    const fresh = new Set(groups.filter((group) => !this.#groups.has(group)))
    if (this.#groups.size + fresh.size > mostGroups) throw full(`there are at most ${mostGroups} groups`)
    for (const group of new Set(groups)) {
      const more = groups.filter((other) => other === group).length
      if (this.members(group).length + more > mostMembers) throw full(`group "${group}" has at most ${mostMembers} members`)
    }
    this.#joined.set(pid, [...(this.#joined.get(pid) ?? []), ...groups])
    for (const group of groups) {
      this.#groups.set(group, [...this.members(group), pid])
      this.#tell({ kind: 'member.joined', group, pids: [pid] })
    }
  }

  /** Takes a process out of each of these groups that it is in, once; whether it was in any. */
  leave(pid: Pid, groups: readonly string[]): boolean {
    const left = groups.filter((group) => this.#leave(pid, group))
    for (const group of left) this.#tell({ kind: 'member.left', group, pids: [pid] })
    return left.length > 0
  }

  /** Takes a process out of all groups. */
  drop(pid: Pid): void {
    const joined = new Set(this.#joined.get(pid))
    this.#joined.delete(pid)
    for (const group of joined) {
      const members = this.members(group)
      const rest = members.filter((member) => member !== pid)
      if (rest.length > 0) this.#groups.set(group, rest)
      else this.#groups.delete(group)
      this.#tell({ kind: 'member.left', group, pids: new Array(members.length - rest.length).fill(pid) })
    }
  }

  /** Calls `hear` for every change of a group, or of all; the returned function ends it. */
  listen(group: string | null, hear: (change: GroupChange) => void): () => void {
    const listener = { group, hear }
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #leave(pid: Pid, group: string): boolean {
    const joined = this.#joined.get(pid) ?? []
    const at = joined.indexOf(group)
    if (at < 0) return false
    const [others, members] = [joined.toSpliced(at, 1), this.members(group)]
    const rest = members.toSpliced(members.indexOf(pid), 1)
    if (others.length > 0) this.#joined.set(pid, others)
    else this.#joined.delete(pid)
    if (rest.length > 0) this.#groups.set(group, rest)
    else this.#groups.delete(group)
    return true
  }

  #tell(change: GroupChange): void {
    for (const { group, hear } of this.#listeners) if (group === null || group === change.group) hear(change)
  }
}
