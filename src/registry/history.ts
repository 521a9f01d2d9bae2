// Versions and the changes that made them: what must survive a restart.
//
// Version 0 is the baseline, what the files say; its entries are not part of the history. Versions form a tree: after going back, the next
// change branches off. The interface is what a durable history has to offer; the one here lives in memory.

import type { Change } from './change.ts'

export type Version = {
  readonly id: number
  /** The version it was made from; null for version 0. */
  readonly parent: number | null
  /** Who made it: an actor's id, or "" when nobody says. */
  readonly author: string
  /** Milliseconds since the epoch. */
  readonly time: number
  readonly message: string
  /** Whether the app's files say it themselves: such a change is in the baseline of the next start, and is not laid over it. */
  readonly baseline?: true
}

/** `v3`, as people and Lua see it. */
export const versionName = (version: Version): string => `v${version.id}`

export interface History {
  /** The version that is current. */
  readonly head: number
  /** The version made last; ids are consecutive from 0. */
  readonly newest: number
  version(id: number): Version | undefined
  /** What made a version from its parent; nothing for version 0. */
  changes(id: number): readonly Change[]
  /** Adds a version and makes it the head, both or neither. Done when it would survive a crash. */
  append(version: Version, changes: readonly Change[]): void | Promise<void>
  /** Makes another version the head. Done when it would survive a crash. */
  moveHead(id: number): void | Promise<void>
}

export const baselineVersion = (time: number): Version => ({ id: 0, parent: null, author: '', time, message: 'baseline' })

/** A history that ends with the program. */
export const memoryHistory = (time: number = Date.now()): History => {
  const versions: Version[] = [baselineVersion(time)]
  const made = new Map<number, readonly Change[]>()
  let head = 0
  return {
    get head() {
      return head
    },
    get newest() {
      return versions.length - 1
    },
    version: (id) => versions[id],
    changes: (id) => made.get(id) ?? [],
    append(version, changes) {
      versions.push(version)
      made.set(version.id, changes)
      head = version.id
    },
    moveHead(id) {
      head = id
    },
  }
}
