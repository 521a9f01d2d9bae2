// Who must hear of whose end. Links are mutual; a monitor points one way. Pids of other nodes are welcome on either side.

import type { Pid } from '../pid.ts'
import { watchesTooMany } from './failure.ts'

/** That a process watches, and that it is linked to when it asks for one more. */
export const MOST_WATCHED = 100_000

type Relation = Map<Pid, Set<Pid>>
const none: ReadonlySet<Pid> = new Set()

/** Who hears of an end: watchers in the order they came, then linked peers. */
export type Severed = { readonly watchers: ReadonlySet<Pid>; readonly peers: ReadonlySet<Pid> }
const nobody: Severed = { watchers: none, peers: none }

export class Links {
  readonly #peers: Relation = new Map()
  readonly #watchers: Relation = new Map() // watched → watchers
  readonly #watched: Relation = new Map() // watcher → watched

  /** Whether `pid` may watch, or be linked to, one more. Throws MONITOR_LIMIT. */
  needRoom(pid: Pid): void {
    if (this.watchedBy(pid).size >= MOST_WATCHED || this.peersOf(pid).size >= MOST_WATCHED) throw watchesTooMany(MOST_WATCHED)
  }

  /** Throws MONITOR_LIMIT for `a`. */
  link(a: Pid, b: Pid): void {
    this.needRoom(a)
    add(this.#peers, a, b)
    add(this.#peers, b, a)
  }

  unlink(a: Pid, b: Pid): void {
    remove(this.#peers, a, b)
    remove(this.#peers, b, a)
  }

  /** False when it is watched already. Throws MONITOR_LIMIT. */
  monitor(watcher: Pid, watched: Pid): boolean {
    if (this.watchersOf(watched).has(watcher)) return false
    this.needRoom(watcher)
    add(this.#watched, watcher, watched)
    return add(this.#watchers, watched, watcher)
  }

  /** False when it was not watched. */
  unmonitor(watcher: Pid, watched: Pid): boolean {
    remove(this.#watched, watcher, watched)
    return remove(this.#watchers, watched, watcher)
  }

  peersOf(pid: Pid): ReadonlySet<Pid> {
    return this.#peers.get(pid) ?? none
  }

  watchersOf(pid: Pid): ReadonlySet<Pid> {
    return this.#watchers.get(pid) ?? none
  }

  watchedBy(pid: Pid): ReadonlySet<Pid> {
    return this.#watched.get(pid) ?? none
  }

  /** Forgets `dead` on both sides and returns who must hear of it. */
  sever(dead: Pid): Severed {
    const peers = this.#peers.get(dead)
    const watchers = this.#watchers.get(dead)
    const watched = this.#watched.get(dead)
    if (peers) for (const peer of peers) remove(this.#peers, peer, dead)
    if (watchers) for (const watcher of watchers) remove(this.#watched, watcher, dead)
    if (watched) for (const target of watched) remove(this.#watchers, target, dead)
    if (!peers && !watchers) {
      this.#watched.delete(dead)
      return nobody
    }
    this.#peers.delete(dead)
    this.#watchers.delete(dead)
    this.#watched.delete(dead)
    return { watchers: watchers ?? none, peers: peers ?? none }
  }
}

const add = (relation: Relation, key: Pid, value: Pid): boolean => {
  const set = relation.get(key)
  if (set === undefined) relation.set(key, new Set([value]))
  else if (set.has(value)) return false
  else set.add(value)
  return true
}

const remove = (relation: Relation, key: Pid, value: Pid): boolean => {
  const set = relation.get(key)
  if (set === undefined || !set.delete(value)) return false
  if (set.size === 0) relation.delete(key)
  return true
}
