// A snapshot: the entries of one version. It never changes, whatever happens to the registry, and costs nothing to take.

import { Kind, WippyError } from '../error.ts'
import { didYouMean } from '../suggest.ts'
import type { Entries } from './entries.ts'
import { type Entry, type Fields, parseId } from './entry.ts'
import { compileQuery } from './finder.ts'
import type { Version } from './history.ts'
import { atOnce, type Steps } from './slices.ts'

export type Filter = Fields | ReadonlyMap<unknown, unknown>

const MOST_NEIGHBOURS = 1000

/** Ids that somebody who wrote `id` may have meant: those of its namespace, or any when there is no such namespace; not too many. */
function* neighbours(state: Entries, id: string): Generator<string> {
  const inside = state.namespace(parseId(id).ns).map((entry) => entry.id)
  const first = inside.next()
  if (first.done) yield* state.keys().take(MOST_NEIGHBOURS)
  else yield* [first.value, ...inside.take(MOST_NEIGHBOURS)]
}

export class Snapshot {
  readonly version: Version
  readonly state: Entries

  constructor(version: Version, state: Entries) {
    this.version = version
    this.state = state
  }

  /** Sorted by id. */
  entries(): Entry[] {
    return [...this.state.values()]
  }

  get(id: string): Entry | undefined {
    return this.state.get(id)
  }

  /** The entry, which must exist: throws ENTRY_NOT_FOUND with a suggestion. */
  need(id: string): Entry {
    const entry = this.state.get(id)
    if (entry) return entry
    const hint = didYouMean(id, neighbours(this.state, id), 'An id is "namespace:name".')
    throw new WippyError('ENTRY_NOT_FOUND', Kind.NotFound, `entry "${id}" does not exist`, { where: { entry: id }, hint, retryable: false })
  }

  /** Entries that pass a filter (see finder.ts). What the filter gets wrong is told to `warn`. */
  find(filter: Filter, warn?: (message: string) => void): Entry[] {
    return atOnce(this.finding(filter, warn))
  }

  /** The same, with pauses. */
  *finding(filter: Filter, warn: (message: string) => void = () => {}): Steps<Entry[]> {
    const query = compileQuery(filter)
    for (const warning of query.warnings) warn(warning)
    return yield* query.run(this.state)
  }

  namespace(ns: string): Entry[] {
    return [...this.state.namespace(ns)]
  }
}
