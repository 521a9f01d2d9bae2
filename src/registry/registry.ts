// The registry: every entry of the running system, versioned.
//
// Invariants:
//   R1  A changeset is applied whole or not at all; what is read is always one version.
//   R2  Handlers' commits and listeners hear of a change after it is durable.
//   R3  Changes are applied one after another, in the order they were asked for.
// Entries are in memory; what must outlive the program goes through `History`.

import { Kind, WippyError } from '../error.ts'
import { type Change, delta, type Operation, perform, plan, type State } from './change.ts'
import { levels } from './dependency.ts'
import type { Entry, Fields } from './entry.ts'
import { type History, memoryHistory, type Version, versionName } from './history.ts'
import { Kinds } from './kinds.ts'
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
  /** See Version.baseline. */
  readonly baseline?: true
}

/** What listeners hear: the version that is current now, the one before, and the ordered changes between them. */
export type Applied = { readonly version: Version; readonly from: Version; readonly changes: readonly Change[] }

export type Booted = {
  /** Entries a handler refused. They can be read and mended, but nothing acts on them: they are dormant. */
  readonly problems: readonly WippyError[]
  /** Entries of a kind nobody handles; dormant too. */
  readonly warnings: readonly WippyError[]
}

export class Registry {
  readonly kinds: Kinds
  readonly #history: History
  readonly #now: () => number
  readonly #report: (error: WippyError) => void
  readonly #listeners = new Set<(applied: Applied) => void>()
  #baseline: State = new Map()
  #current: Snapshot
  /** Ids of entries no handler has taken: an update of one is a create to handlers, its delete is nothing to them. */
  readonly #dormant = new Set<string>()
  #last: Promise<unknown> = Promise.resolve()

  constructor(options: RegistryOptions = {}) {
    this.kinds = options.kinds ?? new Kinds()
    this.#now = options.now ?? Date.now
    this.#report = options.report ?? (() => {})
    this.#history = options.history ?? memoryHistory(this.#now())
    this.#current = new Snapshot(this.version(0), this.#baseline)
  }

  /** Brings the baseline to life, with the history's changes up to its head put over it. Once, before anything else. */
  boot(baseline: Iterable<Entry>): Promise<Booted> {
    return this.#alone(async () => {
      const problems: WippyError[] = []
      const warnings: WippyError[] = []
      this.#baseline = new Map([...baseline].map((entry) => [entry.id, entry]))
      const state = this.#stateAt(this.#history.head)
      const living: Prepared[number][] = []
      for (const entry of levels(state.values()).flat()) {
        const known = this.kinds.knows(entry.kind)
        try {
          living.push(...(await prepare([{ kind: 'entry.create', entry, before: null }], state, this.kinds, this.#report)))
        } catch (error) {
          this.#dormant.add(entry.id)
          ;(known ? problems : warnings).push(error as WippyError)
        }
      }
      this.#current = new Snapshot(this.version(this.#history.head), state)
      await commit(living, state, this.#report)
      return { problems, warnings }
    })
  }

  get current(): Version {
    return this.#current.version
  }

  snapshot(): Snapshot {
    return this.#current
  }

  /** The state a version describes, whatever is current. Throws VERSION_NOT_FOUND. */
  snapshotAt(id: number): Snapshot {
    return id === this.current.id ? this.#current : new Snapshot(this.version(id), this.#stateAt(id))
  }

  get(id: string): Entry | undefined {
    return this.#current.get(id)
  }

  find(filter: Fields | ReadonlyMap<unknown, unknown>, warn?: (message: string) => void): Entry[] {
    return this.#current.find(filter, warn)
  }

  /** All versions, oldest first. */
  versions(): readonly Version[] {
    return Array.from({ length: this.#history.newest + 1 }, (_, id) => this.version(id))
  }

  /** Throws VERSION_NOT_FOUND. */
  version(id: number): Version {
    const found = this.#history.version(id)
    if (found) return found
    const hint = `There are v0 to v${this.#history.newest}.`
    throw new WippyError('VERSION_NOT_FOUND', Kind.NotFound, `there is no version ${id}`, { hint })
  }

  /** The version made before (-1) or after (+1) this one in time, or null; its parent is `version.parent`. */
  neighbour(id: number, step: -1 | 1): Version | null {
    return this.#history.version(id + step) ?? null
  }

  /** What made a version from its parent. */
  changes(id: number): readonly Change[] {
    return this.#history.changes(this.version(id).id)
  }

  /** Applies operations as one new version. Throws what `plan` throws, CONFLICT, NO_CHANGES, KIND_UNKNOWN, or a handler's refusal. */
  apply(operations: Iterable<Operation>, options: ApplyOptions = {}): Promise<Version> {
    const wanted = [...operations]
    return this.#alone(async () => {
      if (wanted.length === 0) throw new WippyError('NO_CHANGES', Kind.Invalid, 'no changes to apply')
      const changes = plan(this.#current.state, wanted)
      if (options.base !== undefined) this.#refuseOutdated(wanted, options.base)
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

  /** Goes back or forward to a version, which becomes current; no new version is made. */
  applyVersion(id: number): Promise<Version> {
    return this.#alone(async () => {
      const version = this.version(id)
      if (id !== this.current.id) await this.#take(version, delta(this.#current.state, this.#stateAt(id)), () => this.#history.moveHead(id))
      return version
    })
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

  #stateAt(id: number): State {
    const line: number[] = []
    for (let at: number | null = id; at !== null && at > 0; at = this.version(at).parent) line.unshift(at)
    return line.reduce<State>((state, version) => perform(state, this.#history.changes(version)), this.#baseline)
  }

  #refuseOutdated(operations: readonly Operation[], base: number): void {
    const then = this.snapshotAt(base)
    for (const operation of operations) {
      const id = operation.kind === 'entry.delete' ? operation.id : operation.entry.id
      if (then.get(id) === this.get(id)) continue
      const message = `entry "${id}" has changed since ${versionName(then.version)}; the registry is at ${versionName(this.current)}`
      const hint = 'Take a new snapshot, look again, and apply the changes to that.'
      throw new WippyError('CONFLICT', Kind.Conflict, message, { where: { entry: id }, retryable: true, hint })
    }
  }

  #seenByHandlers(change: Change): Change[] {
    if (!this.#dormant.has(change.entry.id)) return [change]
    return change.kind === 'entry.delete' ? [] : [{ kind: 'entry.create', entry: change.entry, before: null }]
  }

  /** The one way the current state changes. */
  async #take(version: Version, changes: readonly Change[], write: () => void | Promise<void>): Promise<void> {
    const after = perform(this.#current.state, changes)
    const prepared = await prepare(
      changes.flatMap((change) => this.#seenByHandlers(change)),
      after,
      this.kinds,
      this.#report,
    )
    try {
      await write()
    } catch (cause) {
      await discard(prepared, this.#report)
      throw new WippyError('HISTORY_WRITE', Kind.Internal, 'the change could not be written down and was not applied', {
        cause,
        retryable: true,
      })
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
