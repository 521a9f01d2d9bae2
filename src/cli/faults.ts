// What does not run, and why: of all problems the ones that are causes, and the entries they take along.

import { describe, type WippyError } from '../error.ts'
import type { Entry } from '../index.ts'

export type Faults = {
  /** Problems that follow from no other. */
  readonly causes: readonly WippyError[]
  /** Ids of the entries the causes are about. */
  readonly broken: ReadonlySet<string>
  /** Ids of the entries that need a broken one, directly or through others. */
  readonly stopped: readonly string[]
}

const QUOTED_ID = /"([^\s":/]+:[^\s":/]+)"/

/** The entries a problem is about. One that could not be made an entry is known only from the message. */
const idsOf = ({ where, details, message }: WippyError, entries: readonly Entry[]): readonly string[] => {
  if (Array.isArray(details?.cycle)) return details.cycle
  if (where?.entry !== undefined) return [where.entry]
  const written = entries.filter(({ id, origin }) => (origin?.sources.get('data.source') ?? id) === where?.file).map(({ id }) => id)
  return written.length > 0 ? written : (QUOTED_ID.exec(message)?.slice(1) ?? [])
}

/** `references` gives every id an entry names, also of entries that could not be read. */
export const faultsOf = (
  problems: readonly WippyError[],
  entries: readonly Entry[],
  references: (entry: Entry) => ReadonlySet<string>,
): Faults => {
  const byId = new Map(entries.map((entry) => [entry.id, entry]))

  /** Everything that is needed by one of `ids`. */
  const needs = (ids: readonly string[]): Set<string> => {
    const found = new Set<string>()
    const queue = [...ids]
    for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
      const entry = byId.get(id)
      for (const needed of entry ? references(entry) : []) {
        if (found.has(needed)) continue
        found.add(needed)
        queue.push(needed)
      }
    }
    return found
  }

  const distinct = [...new Map(problems.map((problem) => [describe(problem), problem])).values()]
  const known = distinct.map((problem) => {
    const ids = idsOf(problem, entries)
    return { problem, ids, needed: needs(ids) }
  })
  const follows = (one: (typeof known)[number], at: number): boolean =>
    known.some((other, otherAt) => {
      if (other === one || !other.ids.some((id) => one.needed.has(id))) return false
      return otherAt < at || !one.ids.some((id) => other.needed.has(id)) // of those that need each other the first is the cause
    })
  const causes = known.filter((one, at) => !follows(one, at))
  const broken = new Set(causes.flatMap(({ ids }) => ids))
  const stopped = entries.map(({ id }) => id).filter((id) => !broken.has(id) && [...needs([id])].some((needed) => broken.has(needed)))
  return { causes: causes.map(({ problem }) => problem), broken, stopped }
}
