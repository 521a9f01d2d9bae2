// Entries left out of an app by pattern.

import { type Entry, parseId } from './entry.ts'
import { matchesDotted } from './glob.ts'

export type Disable = {
  /** Patterns of namespaces: `app.test.**`. */
  readonly namespaces: readonly string[]
  /** Patterns of ids, namespace and name apart: `app.*:debug_*`. */
  readonly entries: readonly string[]
}

/** The entries that no pattern names. */
export const withoutDisabled = (entries: readonly Entry[], disable: Disable): readonly Entry[] => {
  const ids = disable.entries.map(parseId)
  return entries.filter(
    (entry) =>
      !disable.namespaces.some((pattern) => matchesDotted(pattern, entry.ns)) &&
      !ids.some((pattern) => matchesDotted(pattern.ns, entry.ns) && matchesDotted(pattern.name, entry.name)),
  )
}
