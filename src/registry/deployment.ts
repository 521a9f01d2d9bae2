// What has to change for a registry to say what a set of files says.
//
// Files have a say on their namespaces: what other files brought in there goes. What has no file of entries was made at run time or installed,
// and stays.

import { same } from './change.ts'
import type { Entry } from './entry.ts'
import { isEntryFile } from './source.ts'

export type Deployment = {
  /** Each entry that is different, as it is and as it will be; null is not there. In the order of ids. */
  readonly pairs: readonly { readonly id: string; readonly before: Entry | null; readonly after: Entry | null }[]
  /** What comes or changes. */
  readonly entries: readonly Entry[]
  /** Ids of what goes. */
  readonly gone: readonly string[]
}

/** What has to change so that `there` becomes what the files, whose entries are `wanted`, say. */
export const deploymentOf = (there: readonly Entry[], wanted: readonly Entry[]): Deployment => {
  const byId = new Map(there.map((entry) => [entry.id, entry]))
  const ids = new Set(wanted.map(({ id }) => id))
  const namespaces = new Set(wanted.map(({ ns }) => ns))
  const entries = wanted.filter((entry) => {
    const before = byId.get(entry.id)
    return !before || !same(before, entry)
  })
  const going = there.filter(({ id, ns, origin }) => origin !== null && isEntryFile(origin.file) && namespaces.has(ns) && !ids.has(id))
  const pairs = [
    ...entries.map((after) => ({ id: after.id, before: byId.get(after.id) ?? null, after })),
    ...going.map((before) => ({ id: before.id, before, after: null })),
  ]
  return { pairs: pairs.sort((a, b) => (a.id < b.id ? -1 : 1)), entries, gone: going.map(({ id }) => id) }
}
