// The history on disk, and the entries as they were left.
//
// Invariants:
//   H1  A version, its changes, the entries after it and the head are written in one transaction: what is read is always one whole version.
//   H2  Nothing is stored before the first change is made; from then on everything is, files included.
//   H3  What one wippy stored is never written over by another that did not begin with it.

import { Kind, WippyError } from '../error.ts'
import type { Batch } from '../lmdb/environment.ts'
import { seal, unseal } from '../lmdb/sealed.ts'
import type { StateFolder } from '../lmdb/state-folder.ts'
import { decode, encode } from '../msgpack.ts'
import type { Change } from './change.ts'
import type { Entry } from './entry.ts'
import { Records } from './entry-record.ts'
import { type Beginning, baselineVersion, type Difference, type Files, type History, KEEP, pruned, type Version } from './history.ts'
import { FORMAT, type Head, Tables } from './history-tables.ts'
import { type Met, meet, type Note } from './meeting.ts'
import { each, inSlices } from './slices.ts'

const PRUNED_AT_ONCE = 2 // versions that one change takes away when too many are kept

type Stored = readonly [id: string, record: Uint8Array]

/** A change, and the records it leaves: of itself, of the entry, and of the entry as it was. */
type Written = {
  readonly id: string
  readonly after: Entry | null
  readonly change: Uint8Array
  readonly record: Uint8Array
  readonly said: Uint8Array
}

export type StoredHistoryOptions = {
  readonly state: StateFolder
  /** The app's root, absolute. */
  readonly root: string
  readonly now?: () => number
  /** How many versions are kept. */
  readonly keep?: number
  /** Takes what is stored as it was left, whatever the files say by now. */
  readonly asLeft?: boolean
}

export class StoredHistory implements History {
  readonly #state: StateFolder
  readonly #records: Records
  readonly #now: () => number
  readonly #keep: number
  readonly #asLeft: boolean
  #tables: Tables | null = null
  #at: Head = { head: 0, newest: 0, oldest: 0 }
  #baseline: Version
  /** What is to be stored with the first change; empty when something is stored already. */
  #unstored: readonly Entry[] = []
  /** What was found about the files, in a state that is only read. */
  #unwritten: readonly Note[] = []

  constructor({ state, root, now = Date.now, keep = KEEP, asLeft = false }: StoredHistoryOptions) {
    this.#state = state
    this.#records = new Records(root)
    this.#now = now
    this.#keep = keep
    this.#asLeft = asLeft
    this.#baseline = baselineVersion(now())
  }

  get head(): number {
    return this.#at.head
  }

  get newest(): number {
    return this.#at.newest
  }

  get oldest(): number {
    return this.#at.oldest
  }

  async begin(files: Files): Promise<Beginning> {
    const env = await this.#state.existing()
    const tables = env && new Tables(env)
    const at = tables?.head ?? null
    if (!tables || !at) {
      this.#unstored = files.entries
      return { entries: files.entries, clashes: [] }
    }
    this.#tables = tables
    this.#at = at
    if (this.#asLeft)
      return { entries: [...tables.entries.range()].map(({ key, value }) => this.#records.readEntry(key, value)!), clashes: [] }
    const met = meet(tables, this.#records, files)
    if (tables.env.readOnly) this.#unwritten = met.notes
    else if (met.changes.length > 0 || met.notes.length > 0) await this.#record(tables, met)
    return { entries: met.entries, clashes: met.clashes }
  }

  version(id: number): Version | undefined {
    if (!this.#tables) return id === 0 ? this.#baseline : undefined
    const bytes = this.#tables.versions.get(id)
    return bytes && this.#records.readVersion(id, bytes).version
  }

  changes(id: number): readonly Change[] {
    if (id === 0 && this.#at.oldest === 0) return []
    const bytes = this.#tables?.versions.get(id)
    if (!bytes || !this.#tables) throw pruned(id, this.#at.oldest)
    const { changes } = this.#records.readVersion(id, bytes)
    const found = [...this.#tables.changes.range({ from: [id, 0], to: [id, changes] })].map(({ value }) => this.#records.readChange(value))
    if (found.length < changes) throw pruned(id, this.#at.oldest)
    return found
  }

  differences(): readonly Difference[] {
    if (!this.#tables) return []
    const { files, clashes } = this.#tables
    const found = new Map<string, Difference>()
    for (const { key: id, value } of files.range()) {
      const clash = clashes.get(id)
      const since = clash ? (decode(unseal(clash, FORMAT, `clash of "${id}"`)) as number) : null
      found.set(id, { id, file: this.#records.readEntry(id, value), since })
    }
    for (const { id, file, same, clash } of this.#unwritten) {
      if (same) found.delete(id)
      else found.set(id, { id, file, since: clash ? this.#at.newest : (found.get(id)?.since ?? null) })
    }
    return [...found.values()].sort((a, b) => (a.id < b.id ? -1 : 1))
  }

  async append(version: Version, changes: readonly Change[]): Promise<void> {
    const tables = await this.#owned()
    const oldest = Math.min(
      version.id,
      this.#at.oldest + Math.min(PRUNED_AT_ONCE, Math.max(0, version.id - this.#at.oldest + 1 - this.#keep)),
    )
    const at = { head: version.id, newest: version.id, oldest }
    const [unstored, written] = [await this.#unstoredRecords(), await this.#written(changes)]
    await tables.env.write((batch) => {
      this.#putUnstored(tables, batch, unstored)
      for (let id = this.#at.oldest; id < oldest; id++) this.#drop(tables, batch, id)
      this.#putVersion(tables, batch, version, written)
      this.#putEntries(tables, batch, written, version.baseline === true)
      tables.putHead(batch, at)
    })
    this.#settle(tables, at)
  }

  async moveHead(id: number, changes: readonly Change[]): Promise<void> {
    const tables = await this.#owned()
    const at = { ...this.#at, head: id }
    const [unstored, written] = [await this.#unstoredRecords(), await this.#written(changes)]
    await tables.env.write((batch) => {
      this.#putUnstored(tables, batch, unstored)
      this.#putEntries(tables, batch, written, false)
      tables.putHead(batch, at)
    })
    this.#settle(tables, at)
  }

  async prune(keep: number): Promise<number> {
    const before = this.#at.oldest
    const oldest = Math.max(before, Math.min(this.#at.head, this.#at.newest - keep + 1))
    if (oldest === before) return 0 // H2: with nothing stored there is nothing to take away either
    const tables = await this.#owned()
    const at = { ...this.#at, oldest }
    await tables.env.write((batch) => {
      for (let id = before; id < oldest; id++) this.#drop(tables, batch, id)
      tables.putHead(batch, at)
    })
    this.#settle(tables, at)
    return oldest - before
  }

  async acknowledge(ids: Iterable<string>): Promise<void> {
    const tables = await this.#owned()
    await tables.env.write((batch) => {
      for (const id of ids) batch.remove(tables.clashes, id)
    })
  }

  /** H3: what is stored must be what this one began with; from then on nobody else can write it. */
  async #owned(): Promise<Tables> {
    const env = await this.#state.owned()
    if (this.#tables?.env === env) return this.#tables
    const tables = new Tables(env)
    const stored = tables.head
    const known = this.#tables === null ? null : this.#at
    if (stored?.head === known?.head && stored?.newest === known?.newest) return tables
    throw new WippyError('STATE_CHANGED', Kind.Conflict, 'another wippy has stored changes here since this one started', {
      where: { file: this.#state.path },
      hint: 'Start this one again: it will begin with those changes.',
    })
  }

  #settle(tables: Tables, at: Head): void {
    this.#tables = tables
    this.#at = at
    this.#unstored = []
  }

  /** What the files brought, as a version of its own. */
  async #record(tables: Tables, { changes, notes }: Met): Promise<void> {
    const id = this.#at.newest + 1
    const at = changes.length > 0 ? { ...this.#at, head: id, newest: id } : this.#at
    const written = await this.#written(changes)
    await tables.env.write((batch) => {
      if (changes.length > 0) {
        const version = {
          id,
          parent: this.#at.head,
          author: 'files',
          time: this.#now(),
          message: 'the files changed',
          baseline: true,
        } as const
        this.#putVersion(tables, batch, version, written)
        for (const { kind, entry } of changes) {
          if (kind === 'entry.delete') batch.remove(tables.entries, entry.id)
          else batch.put(tables.entries, entry.id, this.#records.entry(entry))
        }
        tables.putHead(batch, at)
      }
      for (const note of notes) {
        if (note.same) batch.remove(tables.files, note.id)
        else batch.put(tables.files, note.id, this.#records.entry(note.file))
        if (note.same) batch.remove(tables.clashes, note.id)
        else if (note.clash) batch.put(tables.clashes, note.id, seal(encode(at.newest), FORMAT))
      }
    })
    this.#at = at
  }

  /** What the first change stores besides; made in slices, as there may be much of it. */
  async #unstoredRecords(): Promise<readonly Stored[]> {
    return inSlices(each(this.#unstored, (entry): Stored => [entry.id, this.#records.entry(entry)]))
  }

  async #written(changes: readonly Change[]): Promise<readonly Written[]> {
    const entryIn = (entry: Entry | null): Uint8Array => this.#records.entry(entry)
    return inSlices(
      each(changes, (change): Written => {
        const { kind, entry, before } = change
        const after = kind === 'entry.delete' ? null : entry
        return { id: entry.id, after, change: this.#records.change(change), record: entryIn(after), said: entryIn(before) }
      }),
    )
  }

  #putUnstored(tables: Tables, batch: Batch, unstored: readonly Stored[]): void {
    if (this.#tables) return
    batch.put(tables.versions, 0, this.#records.version(this.#baseline, 0))
    for (const [id, record] of unstored) batch.put(tables.entries, id, record)
  }

  #putVersion(tables: Tables, batch: Batch, version: Version, written: readonly Written[]): void {
    batch.put(tables.versions, version.id, this.#records.version(version, written.length))
    for (const [place, { change }] of written.entries()) batch.put(tables.changes, [version.id, place], change)
  }

  #putEntries(tables: Tables, batch: Batch, written: readonly Written[], isBaseline: boolean): void {
    for (const { id, after, record, said } of written) {
      if (after) batch.put(tables.entries, id, record)
      else batch.remove(tables.entries, id)
      const note = this.#tables?.files.get(id)
      const says = note ?? said
      if (isBaseline || this.#records.says(says, after)) {
        if (note) batch.remove(tables.files, id)
        if (note) batch.remove(tables.clashes, id)
      } else if (!note) {
        batch.put(tables.files, id, says)
      }
    }
  }

  #drop(tables: Tables, batch: Batch, id: number): void {
    batch.remove(tables.versions, id)
    for (const key of tables.changes.keys({ from: [id, 0], to: [id + 1, 0] })) batch.remove(tables.changes, key)
  }
}
