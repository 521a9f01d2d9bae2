// Entries left out of an app by pattern.

import { type Entry, parseId } from './entry.ts'
import { matchesDotted } from './glob.ts'

export type Disable = {
  /** Patterns of namespaces: `app.test.**`. */
  readonly namespaces: readonly string[]
  /** Patterns of ids, namespace and name apart: `app.*:debug_*`. */
  readonly entries: readonly string[]
  /** Texts that a field of `meta` may not be: `{ type: ['test'] }`. */
  readonly meta?: Readonly<Record<string, readonly string[]>>
}

/** The entries that no pattern and no field of theirs names. */
export const withoutDisabled = (entries: readonly Entry[], disable: Disable): readonly Entry[] => {
  const ids = disable.entries.map(parseId)
  const fields = Object.entries(disable.meta ?? {})
  return entries.filter(
    (entry) =>
      !disable.namespaces.some((pattern) => matchesDotted(pattern, entry.ns)) &&
      !ids.some((pattern) => matchesDotted(pattern.ns, entry.ns) && matchesDotted(pattern.name, entry.name)) &&
      !fields.some(([field, texts]) => Object.hasOwn(entry.meta, field) && texts.some((text) => text === entry.meta[field])),
  )
}
