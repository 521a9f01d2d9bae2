// A snapshot: the entries of one version. It never changes, whatever happens to the registry, and costs nothing to take.

import { Kind, WippyError } from '../error.ts'
import type { State } from './change.ts'
import type { Entry, Fields } from './entry.ts'
import { compileQuery } from './finder.ts'
import type { Version } from './history.ts'
import { didYouMean } from './suggest.ts'

export class Snapshot {
  readonly version: Version
  readonly state: State

  constructor(version: Version, state: State) {
    this.version = version
    this.state = state
  }

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
    const hint = didYouMean(id, this.state.keys(), 'An id is "namespace:name".')
    throw new WippyError('ENTRY_NOT_FOUND', Kind.NotFound, `entry "${id}" does not exist`, { where: { entry: id }, hint, retryable: false })
  }

  /** Entries that pass a filter (see finder.ts). What the filter gets wrong is told to `warn`. */
  find(filter: Fields | ReadonlyMap<unknown, unknown>, warn: (message: string) => void = () => {}): Entry[] {
    const query = compileQuery(filter)
    for (const warning of query.warnings) warn(warning)
    return this.entries().filter(query.test)
  }

  namespace(ns: string): Entry[] {
    return this.entries().filter((entry) => entry.ns === ns)
  }
}
