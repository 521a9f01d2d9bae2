// The registry: every entry of the running system, versioned.
//
// Invariants:
//   R1  A changeset is applied whole or not at all; what is read is always one version.
//   R2  Handlers' commits and listeners hear of a change after it is durable.
//   R3  Changes are applied one after another, in the order they were asked for.
// Entries are in memory; what must outlive the program goes through `History`. Reading never waits: who reads holds a version that stays as it is.

import { Kind, WippyError } from '../error.ts'
import { Birth, type Booted } from './birth.ts'
import { type Change, comparing, type Operation, planning, type State, same } from './change.ts'
import { Entries } from './entries.ts'
import type { Entry, Fields } from './entry.ts'
import { type Difference, type History, memoryHistory, type Version, versionName } from './history.ts'
import { Kinds } from './kinds.ts'
import { walking } from './lineage.ts'
import { atOnce, inSlices, type Steps } from './slices.ts'
import { Snapshot } from './snapshot.ts'
import { commit, discard, type Prepared, prepare } from './transition.ts'

export type RegistryOptions = {
  readonly history?: History
  readonly kinds?: Kinds
  /** Milliseconds since the epoch. */
  readonly now?: () => number
  /** Hears of errors that stop nothing: a commit that failed, a listener that threw. */
  readonly report?: (error: WippyError) => void
}

export type ApplyOptions = {
  readonly author?: string
  readonly message?: string
  /** The version the changes were thought out on: refused with CONFLICT when one of their entries has changed since. */
  readonly base?: number
  /** Asked what really changes, before anything does; refuses by throwing. */
  readonly allow?: (changes: readonly Change[]) => void | Promise<void>
  /** See Version.baseline. */
  readonly baseline?: true
}

/** What listeners hear: the version that is current now, the one before, and the ordered changes between them. */
export type Applied = { readonly version: Version; readonly from: Version; readonly changes: readonly Change[] }

const unwritten = (cause: unknown): WippyError => {
  const message = 'the change could not be written down and was not applied'
  if (!(cause instanceof WippyError)) return new WippyError('HISTORY_WRITE', Kind.Internal, message, { cause, retryable: true })
  const { code, kind, where, hint, retryable, details } = cause
  return new WippyError(code, kind, `${message}: ${cause.message}`, { cause, where, hint, retryable, details })
}

/** The entries that changes are about. */
const part = (state: State, changes: readonly Change[]): State =>
  new Map(changes.flatMap(({ entry: { id } }) => (state.has(id) ? [[id, state.get(id)!]] : [])))

export class Registry {
  readonly kinds: Kinds
  readonly #history: History
  readonly #now: () => number
  readonly #report: (error: WippyError) => void
  readonly #listeners = new Set<(applied: Applied) => void>()
  #current: Snapshot
  /** Ids of entries no handler has taken: an update of one is a create to handlers, its delete is nothing to them. */
  #dormant = new Set<string>()
  #last: Promise<unknown> = Promise.resolve()

  constructor(options: RegistryOptions = {}) {
    this.kinds = options.kinds ?? new Kinds()
    this.#now = options.now ?? Date.now
    this.#report = options.report ?? (() => {})
    this.#history = options.history ?? memoryHistory(this.#now())
    this.#current = new Snapshot(this.version(this.#history.head), Entries.of([]))
  }

  /**
   * Brings the entries of the files to life, with what was changed at run time laid over them. Once, before anything else.
   * `unread`: files that could not be read, as people are shown them.
   */
  boot(baseline: Iterable<Entry>, unread: ReadonlySet<string> = new Set()): Promise<Booted> {
    return this.#alone(async () => {
      const begun = await this.#history.begin({ entries: [...baseline], unread })
      const state = Entries.of(begun.entries)
      const birth = new Birth(this.kinds, this.#report, begun.clashes)
      const living = await birth.prepare(begun.entries, state)
      this.#dormant = birth.dormant
      this.#current = new Snapshot(this.version(this.#history.head), state)
      await commit(living, state, this.#report)
      return birth
    })
  }

  /** What `boot` would find wrong with entries, which can be read from now on; nothing comes to life. */
  survey(entries: Iterable<Entry>): Promise<Booted> {
    return this.#alone(async () => {
      const all = [...entries]
      const state = Entries.of(all)
      const birth = new Birth(this.kinds, this.#report)
      await discard(await birth.prepare(all, state), this.#report)
      this.#current = new Snapshot(this.current, state)
      return birth
    })
  }

  get current(): Version {
    return this.#current.version
  }

  snapshot(): Snapshot {
    return this.#current
  }

  /** The state a version describes, whatever is current. Throws VERSION_NOT_FOUND or VERSION_PRUNED. */
  snapshotAt(id: number): Snapshot {
    return atOnce(this.lookingBack(id))
  }

  /** As `snapshotAt`, with pauses. */
  *lookingBack(id: number): Steps<Snapshot> {
    const { version, state } = this.#current
    if (id === version.id) return this.#current
    return new Snapshot(this.version(id), state.with(yield* walking(this.#history, version.id, this.version(id).id)))
  }

  get(id: string): Entry | undefined {
    return this.#current.get(id)
  }

  find(filter: Fields | ReadonlyMap<unknown, unknown>, warn?: (message: string) => void): Entry[] {
    return this.#current.find(filter, warn)
  }

  /** All versions that are kept, oldest first. */
  versions(): readonly Version[] {
    return this.versionIds().map((id) => this.version(id))
  }

  versionIds(): readonly number[] {
    const { oldest, newest } = this.#history
    return Array.from({ length: newest - oldest + 1 }, (_, place) => oldest + place)
  }

  /** Throws VERSION_NOT_FOUND. */
  version(id: number): Version {
    const found = this.#history.version(id)
    if (found) return found
    const { oldest, newest } = this.#history
    const pruned = id < oldest ? '; older ones were taken away' : ''
    const hint = oldest === newest ? `There is v${newest}, and no other${pruned}.` : `There are v${oldest} to v${newest}${pruned}.`
    throw new WippyError('VERSION_NOT_FOUND', Kind.NotFound, `there is no version ${id}`, { hint })
  }

  /** The version made before (-1) or after (+1) this one in time, or null; its parent is `version.parent`. */
  neighbour(id: number, step: -1 | 1): Version | null {
    return this.#history.version(id + step) ?? null
  }

  /** What made a version from its parent. Throws VERSION_NOT_FOUND or VERSION_PRUNED. */
  changes(id: number): readonly Change[] {
    return this.#history.changes(this.version(id).id)
  }

  /** Applies operations as one new version. Throws what `plan` throws, CONFLICT, NO_CHANGES, KIND_UNKNOWN, or a handler's refusal. */
  apply(operations: Iterable<Operation>, options: ApplyOptions = {}): Promise<Version> {
    const wanted = [...operations]
    return this.#alone(async () => {
      const changes = await this.#plan(wanted, options.base)
      await options.allow?.(changes)
      const version: Version = {
        id: this.#history.newest + 1,
        parent: this.current.id,
        author: options.author ?? '',
        time: this.#now(),
        message: options.message ?? '',
        ...(options.baseline && { baseline: true }),
      }
      await this.#take(version, changes, () => this.#history.append(version, changes))
      return version
    })
  }

  /** Throws what `apply` would throw now, but for what writing may; nothing changes. */
  check(operations: Iterable<Operation>, { base }: Pick<ApplyOptions, 'base'> = {}): Promise<void> {
    const wanted = [...operations]
    return this.#alone(async () => {
      const changes = await this.#plan(wanted, base)
      await discard(await this.#prepare(changes, this.#current.state.with(changes)), this.#report)
    })
  }

  /** Goes back or forward to a version, which becomes current; no new version is made. `allow` as for `apply`. */
  applyVersion(id: number, allow?: ApplyOptions['allow']): Promise<Version> {
    return this.#alone(async () => {
      const version = this.version(id)
      if (id === this.current.id) return version
      const way = await inSlices(walking(this.#history, this.current.id, id))
      const there = this.#current.state.with(way)
      const changes = await inSlices(comparing(part(this.#current.state, way), part(there, way)))
      await allow?.(changes)
      await this.#take(version, changes, () => this.#history.moveHead(id, changes))
      return version
    })
  }

  /** See History. Waits for changes under way. */
  prune(keep: number): Promise<number> {
    return this.#alone(async () => this.#history.prune(keep))
  }

  /** See History. */
  differences(): readonly Difference[] {
    return this.#history.differences()
  }

  /**
   * Settles an entry that is something else in the files: it becomes what they say, as a new version, or stays, and is no longer reported; then
   * null. Throws ENTRY_NOT_FOUND, REGISTRY_NO_DIFFERENCE, and as `apply`.
   */
  async settle(id: string, take: 'files' | 'runtime', options: ApplyOptions = {}): Promise<Version | null> {
    const difference = this.differences().find((one) => one.id === id)
    if (!difference) {
      this.#current.need(id)
      const hint = '"wippy registry diff" shows the entries that are not.'
      throw new WippyError('REGISTRY_NO_DIFFERENCE', Kind.NotFound, `"${id}" is what the files say`, { hint })
    }
    if (take === 'files') {
      const { file } = difference
      const operation = file
        ? ({ kind: this.get(id) ? 'entry.update' : 'entry.create', entry: file } as const)
        : ({ kind: 'entry.delete', id } as const)
      return this.apply([operation], options)
    }
    await this.#alone(async () => this.#history.acknowledge([id]))
    return null
  }

  /** Calls `listener` after every commit. The returned function ends it. */
  subscribe(listener: (applied: Applied) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #alone<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work)
    this.#last = result.catch(() => {})
    return result
  }

  async #plan(wanted: readonly Operation[], base: number | undefined): Promise<Change[]> {
    if (wanted.length === 0)
      throw new WippyError('NO_CHANGES', Kind.Invalid, 'no changes to apply', { hint: 'Say what is to be created, replaced or deleted.' })
    if (base !== undefined) await this.#refuseOutdated(wanted, base)
    return inSlices(planning(this.#current.state, wanted))
  }

  async #refuseOutdated(operations: readonly Operation[], base: number): Promise<void> {
    if (base === this.current.id) return
    const then = await inSlices(this.lookingBack(base))
    for (const operation of operations) {
      const id = operation.kind === 'entry.delete' ? operation.id : operation.entry.id
      const [before, now] = [then.get(id), this.get(id)]
      if (before === now || (before && now && same(before, now))) continue
      const message = `entry "${id}" has changed since ${versionName(then.version)}; the registry is at ${versionName(this.current)}`
      const hint = 'Take a new snapshot, look again, and apply the changes to that.'
      throw new WippyError('CONFLICT', Kind.Conflict, message, { where: { entry: id }, retryable: true, hint })
    }
  }

  #seenByHandlers(change: Change): Change[] {
    if (!this.#dormant.has(change.entry.id)) return [change]
    return change.kind === 'entry.delete' ? [] : [{ kind: 'entry.create', entry: change.entry, before: null }]
  }

  #prepare(changes: readonly Change[], after: Entries): Promise<Prepared> {
    const seen = changes.flatMap((change) => this.#seenByHandlers(change))
    return prepare(seen, after, this.kinds, this.#report)
  }

  /** The one way the current state changes. */
  async #take(version: Version, changes: readonly Change[], write: () => void | Promise<void>): Promise<void> {
    const after = this.#current.state.with(changes)
    const prepared = await this.#prepare(changes, after)
    try {
      await write()
    } catch (cause) {
      await discard(prepared, this.#report)
      throw unwritten(cause)
    }
    const from = this.current
    this.#current = new Snapshot(version, after)
    for (const { entry } of changes) this.#dormant.delete(entry.id)
    await commit(prepared, after, this.#report)
    for (const listener of this.#listeners) {
      try {
        listener({ version, from, changes })
      } catch (cause) {
        this.#report(new WippyError('LISTENER_FAILED', Kind.Internal, `a listener failed at ${versionName(version)}`, { cause }))
      }
    }
  }
}
