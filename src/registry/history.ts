// Versions and the changes that made them: what must survive a restart.
//
// Version 0 is what the files said at first. Every change since makes the next version, a change of the files between two runs too. Versions
// form a tree: after going back, the next change branches off. Only so many are kept; the oldest go first, the current one never.
// The interface is what a durable history has to offer (stored-history.ts); the one here lives in memory.

import { Kind, WippyError } from '../error.ts'
import type { Change } from './change.ts'
import type { Entry } from './entry.ts'

export type Version = {
  readonly id: number
  /** The version it was made from; null for version 0. */
  readonly parent: number | null
  /** Who made it: an actor's id, "files" for what files said when the node started, or "" when nobody says. */
  readonly author: string
  /** Milliseconds since the epoch. */
  readonly time: number
  readonly message: string
  /** Whether the app's files say it themselves: such a change is in the baseline of the next start, and is not laid over it. */
  readonly baseline?: true
}

/** `v3`, as people and Lua see it. */
export const versionName = (version: Version): string => `v${version.id}`

/** What the files say. */
export type Files = {
  readonly entries: readonly Entry[]
  /** Files that could not be read, as people are shown them: what they held before still counts. */
  readonly unread: ReadonlySet<string>
}

/** An entry that was changed at run time and in the files as well. What was made at run time is in force; null stands for "deleted". */
export type Clash = { readonly id: string; readonly kept: Entry | null; readonly file: Entry | null }

/** What the files say of an entry, where it is something else than what is in force. `since`: the version at which a clash was found. */
export type Difference = { readonly id: string; readonly file: Entry | null; readonly since: number | null }

export type Beginning = { readonly entries: readonly Entry[]; readonly clashes: readonly Clash[] }

export const KEEP = 10_000 // versions, unless the configuration says otherwise

export interface History {
  /** The version that is current. */
  readonly head: number
  /** The version made last; ids are consecutive. */
  readonly newest: number
  /** The first version that is still kept. */
  readonly oldest: number
  /** The entries to begin with: the files, and over them what was changed at run time. Once, before anything else. */
  begin(files: Files): Beginning | Promise<Beginning>
  version(id: number): Version | undefined
  /** What made a version from its parent; nothing for version 0. Throws VERSION_PRUNED. */
  changes(id: number): readonly Change[]
  /** Adds a version and makes it the head, both or neither. Done when it would survive a crash. */
  append(version: Version, changes: readonly Change[]): void | Promise<void>
  /** Makes another version the head; `changes` lead there. Done when it would survive a crash. */
  moveHead(id: number, changes: readonly Change[]): void | Promise<void>
  /** Takes away all versions but the newest `keep`, and but the current one and what came after it. Returns how many went. */
  prune(keep: number): number | Promise<number>
  /** Sorted by id; none in a history that knows no files. */
  differences(): readonly Difference[]
  /** Says that a clash has been seen to: what was made at run time stays. */
  acknowledge(ids: Iterable<string>): void | Promise<void>
}

/** Version 0: what the files said at first. */
export const baselineVersion = (time: number): Version => ({ id: 0, parent: null, author: '', time, message: 'baseline' })

/** What is said of a version to which no changes lead any more. */
export const pruned = (id: number, oldest: number): WippyError =>
  new WippyError('VERSION_PRUNED', Kind.NotFound, `the way to version ${id} is no longer kept`, {
    hint: `The history begins at v${oldest}; "registry.keep" in the configuration says how many versions stay.`,
  })

/** A history that ends with the program. */
export const memoryHistory = (time: number = Date.now(), keep = KEEP): History => {
  const made = new Map<number, { readonly version: Version; readonly changes: readonly Change[] }>()
  made.set(0, { version: baselineVersion(time), changes: [] })
  let head = 0
  let newest = 0
  let oldest = 0
  return {
    get head() {
      return head
    },
    get newest() {
      return newest
    },
    get oldest() {
      return oldest
    },
    begin: ({ entries }) => ({ entries, clashes: [] }),
    version: (id) => made.get(id)?.version,
    changes(id) {
      const found = made.get(id)
      if (!found) throw pruned(id, oldest)
      return found.changes
    },
    append(version, changes) {
      made.set(version.id, { version, changes })
      head = newest = version.id
      while (newest - oldest >= keep) made.delete(oldest++)
    },
    moveHead(id) {
      head = id
    },
    prune(kept) {
      const before = oldest
      while (oldest < Math.min(head, newest - kept + 1)) made.delete(oldest++)
      return oldest - before
    },
    differences: () => [],
    acknowledge() {},
  }
}
