// What types say of Lua that is to come to a node, beside all that is there.

import type { Entry } from '../registry/entry.ts'
import { EntryTypes, type TypesTold, typesTold } from '../service/entry-types.ts'

export type Coming = {
  /** They come in place of those of their ids. */
  readonly entries: readonly Entry[]
  /** Ids of those that go. */
  readonly gone: readonly string[]
  /** Where the app is whose entries they are; others came with modules. */
  readonly root: string
}

/** What types say of entries that come to those that are `there`. */
export const deployedTypes = ({ entries: coming, gone, root }: Coming, there: readonly Entry[]): TypesTold => {
  const after = new Map([...there, ...coming].map((entry) => [entry.id, entry]))
  for (const id of gone) after.delete(id)
  return typesTold(coming, new EntryTypes((id) => after.get(id)), { root })
}
