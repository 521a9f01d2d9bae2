// The files of an app as the entries they come to, kept up to date file by file.
//
//   T1 After a change only the files it touches are read again, and only their entries and what is linked with those are looked at.
//   T2 A draft changes nothing until it is taken. One with a problem has no rewrites: what the tree holds stays what it was.

import { existsSync, statSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import type { WippyError } from '../error.ts'
import { type Baseline, refine, type Sources } from './baseline.ts'
import { same } from './change.ts'
import { type Entry, makeEntry } from './entry.ts'
import type { Read } from './entry-file.ts'
import { checkImports } from './imports.ts'
import { include } from './include.ts'
import { isLinking, targetsOf } from './link.ts'
import { moduleFolder } from './module-folder.ts'
import { isPacked, PackedModule } from './packed-module.ts'
import { ParsedFiles } from './parsed.ts'
import { setAt } from './path.ts'
import { duplicate, gather, SourceDirectory } from './source.ts'

/** What files say of an entry other than before; null: nothing. */
export type Rewrite = { readonly id: string; readonly before: Entry | null; readonly after: Entry | null }

/** What a change of files comes to. */
export type Draft = {
  /** None when there are problems. */
  readonly rewrites: readonly Rewrite[]
  readonly problems: readonly WippyError[]
  /** Makes it what the tree holds. */
  take(): void
}

/** Where entry files are: a directory, or one file that is a module. */
type Source = Pick<SourceDirectory, 'top' | 'fault' | 'files' | 'covers' | 'read'>

/** An entry as its file says it, before anything is put over it. */
type Written = { readonly entry: Entry; readonly file: string }

const GONE: Read = { entries: [], problems: [], inclusions: [] }
const TICK_MS = 20 // a file system's clock may be as late as this

export class SourceTree {
  /** What was there when it was read first. */
  readonly baseline: Baseline
  readonly #sources: Sources
  readonly #directories: readonly Source[]
  readonly #files = new Map<string, Read>() // by path
  readonly #includers = new Map<string, Set<string>>() // path of an included file → of those that include it
  readonly #written = new Map<string, Written>() // by id
  readonly #hidden = new Map<string, Written>() // by id: those whose id another file had first
  readonly #linking = new Map<string, Entry>() // by id: those of #written that fill others
  readonly #entries: Map<string, Entry> // by id, as they run
  readonly #beganMs = Date.now()

  /** Reads everything. Never throws: what is wrong is in the baseline's problems. */
  constructor(sources: Sources) {
    const { root, src, replacements, state } = sources
    this.#sources = sources
    const parsed = state === undefined ? null : new ParsedFiles(join(state, 'parsed'))
    const how = { root, ...(parsed && { parse: parsed.read }) }
    const shown = (path: string): string => relative(root, path).split(sep).join('/')
    const packed = replacements.filter(({ path }) => isPacked(path))
    const modules = replacements
      .filter(({ path }) => !isPacked(path))
      .map(({ module, path }) => ({ module, path, ...moduleFolder(path, shown) }))
    this.#directories = [
      ...src.map((directory) => new SourceDirectory(directory, how)),
      ...modules.map(({ module, path, entries, without }) => new SourceDirectory(entries, { ...how, base: path, module, without })),
      ...packed.map((module) => new PackedModule(module, root)),
    ]
    const read = gather(this.#directories.flatMap((directory) => this.#readAll(directory)))
    parsed?.settle()
    const { entries, problems, warnings } = refine(read.entries, sources)
    this.#entries = new Map(entries.map((entry) => [entry.id, entry]))
    this.baseline = {
      entries,
      problems: [...modules.flatMap((module) => module.problems), ...read.problems, ...problems, ...checkImports(entries)],
      warnings,
    }
  }

  /** Absolute paths of the directories the files are in. */
  get directories(): readonly string[] {
    return [...new Set(this.#directories.flatMap((source) => (source instanceof SourceDirectory ? source.top : [])))]
  }

  /** Whether a file of this absolute path makes a difference, be it there or not. */
  concerns(path: string): boolean {
    return this.#includers.has(path) || this.#directories.some((directory) => directory.covers(path))
  }

  /** Absolute paths of files that may say something else than when they were read first: written since, new, or gone. */
  savedMeanwhile(): string[] {
    const known = new Set([...this.#files.keys(), ...this.#includers.keys()])
    const there = this.#directories.flatMap((source) => (source.fault ? [] : source.files()))
    return [...new Set([...known, ...there])].filter((path) => {
      const stat = statSync(path, { throwIfNoEntry: false })
      return stat === undefined || !known.has(path) || stat.ctimeMs >= this.#beganMs - TICK_MS
    })
  }

  /** Reads the files of these absolute paths, or below them, which are changed, new or gone. */
  draft(paths: Iterable<string>): Draft {
    const lost = this.#directories.flatMap(({ fault }) => fault ?? [])
    if (lost.length > 0) return refused(lost)
    const { reads, problems: unreadable } = this.#readAgain(paths)
    const { written, problems: taken } = this.#writtenAfter(reads)
    if (unreadable.length + taken.length > 0) return refused([...unreadable, ...taken])
    const { ids, entries, problems } = this.#refined(written)
    if (problems.length > 0) return refused(problems)
    const rewrites = [...ids]
      .map((id) => ({ id, before: this.#entries.get(id) ?? null, after: entries.get(id) ?? null }))
      .filter(({ before, after }) => before !== after && !(before && after && same(before, after)))
    return { rewrites, problems, take: () => this.#take(reads, written, rewrites) }
  }

  #readAll(directory: Source): Read[] {
    if (directory.fault) return [{ ...GONE, problems: [directory.fault] }]
    const own = directory.files().filter((file) => this.#directoryOf(file) === directory)
    return own.map((file) => {
      const read = directory.read(file)
      this.#keep(file, read)
      for (const entry of read.entries) {
        if (this.#written.has(entry.id)) this.#hidden.set(entry.id, { entry, file })
        else this.#note(entry.id, { entry, file })
      }
      return read
    })
  }

  /** Entry files by path as they are now, and what is wrong with those that were read. */
  #readAgain(paths: Iterable<string>): { reads: Map<string, Read>; problems: WippyError[] } {
    const reads = new Map<string, Read>()
    const problems: WippyError[] = []
    const read = (file: string): void => {
      const directory = this.#directoryOf(file)
      const found = existsSync(file) ? directory!.read(file) : GONE
      problems.push(...found.problems)
      reads.set(file, found)
    }
    const all = [...new Set([...paths].flatMap((path) => this.#below(path)))]
    const whole = new Set(all.filter((path) => this.#directoryOf(path)))
    for (const file of whole) read(file)
    for (const target of all) {
      for (const file of this.#includers.get(target) ?? []) {
        if (whole.has(file)) continue
        const again = includeAgain(reads.get(file) ?? this.#files.get(file)!, file, target, this.#directoryOf(file)!.top)
        if (again) reads.set(file, again)
        else read(file) // which says what is wrong, and where
        if (!again) whole.add(file)
      }
    }
    return { reads, problems }
  }

  /** The path itself; of a directory the files that are there and those that were. */
  #below(path: string): string[] {
    if (this.#files.has(path) || this.#includers.has(path)) return [path]
    const known = [...this.#files.keys(), ...this.#includers.keys()].filter((file) => file.startsWith(path + sep))
    if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) return known.length > 0 ? known : [path]
    const found = this.#directories
      .filter((directory) => directory.covers(join(path, 'x.yaml')))
      .flatMap((directory) => directory.files(path))
    return [...known, ...found]
  }

  /** Whose file it is: where directories lie in each other, that of the inner one; a module's rather than the app's, where they are one. */
  #directoryOf(path: string): Source | undefined {
    const all = this.#directories.filter((directory) => directory.covers(path))
    return all.reduce<Source | undefined>((inner, one) => (inner && inner.top.length > one.top.length ? inner : one), undefined)
  }

  /** What is different of what is written, by id; null is gone. Of two entries with one id the second is a problem. */
  #writtenAfter(reads: ReadonlyMap<string, Read>): { written: Map<string, Written | null>; problems: WippyError[] } {
    const written = new Map<string, Written | null>()
    const problems: WippyError[] = []
    for (const file of reads.keys()) {
      for (const { id } of this.#files.get(file)?.entries ?? []) if (this.#written.get(id)?.file === file) written.set(id, null)
    }
    for (const [file, { entries }] of reads) {
      for (const entry of entries) {
        const first = written.has(entry.id) ? written.get(entry.id) : this.#written.get(entry.id)
        if (first) problems.push(duplicate(entry, first.entry))
        else written.set(entry.id, { entry, file })
      }
    }
    for (const [id, now] of written) {
      const hidden = this.#hidden.get(id)
      if (now === null && hidden && !reads.has(hidden.file)) written.set(id, hidden)
      else if (now?.entry === this.#written.get(id)?.entry) written.delete(id)
    }
    return { written, problems }
  }

  /** The entries that come of what is different, and the ids that this concerns. */
  #refined(written: ReadonlyMap<string, Written | null>) {
    const now = (id: string): Entry | undefined => (written.has(id) ? written.get(id) : this.#written.get(id))?.entry
    const ids = new Set(written.keys())
    const partners = this.#partners(written)
    if ([...ids].some((id) => partners.has(id))) for (const id of partners) ids.add(id)
    const raw = [...ids].flatMap((id) => now(id) ?? [])
    const override = this.#sources.override.filter(({ id }) => ids.has(id) && now(id))
    const { entries, problems } = refine(raw, { ...this.#sources, override })
    return { ids, problems, entries: new Map(entries.map((entry) => [entry.id, entry])) }
  }

  /** Ids of all entries that fill others or are filled, before and after. */
  #partners(written: ReadonlyMap<string, Written | null>): Set<string> {
    const linking = [...this.#linking.values(), ...[...written.values()].flatMap((now) => now?.entry ?? []).filter(isLinking)]
    return new Set(linking.flatMap((entry) => [entry.id, ...targetsOf(entry)]))
  }

  #take(reads: ReadonlyMap<string, Read>, written: ReadonlyMap<string, Written | null>, rewrites: readonly Rewrite[]): void {
    for (const [file, read] of reads) this.#keep(file, read)
    for (const [id, now] of written) this.#note(id, now)
    for (const { id, after } of rewrites) {
      if (after) this.#entries.set(id, after)
      else this.#entries.delete(id)
    }
  }

  #keep(file: string, read: Read): void {
    for (const { target } of this.#files.get(file)?.inclusions ?? []) {
      const includers = this.#includers.get(target)
      includers?.delete(file)
      if (includers?.size === 0) this.#includers.delete(target)
    }
    for (const { target } of read.inclusions) this.#includers.set(target, (this.#includers.get(target) ?? new Set()).add(file))
    for (const [id, hidden] of this.#hidden) if (hidden.file === file) this.#hidden.delete(id)
    if (read === GONE) this.#files.delete(file)
    else this.#files.set(file, read)
  }

  #note(id: string, now: Written | null): void {
    if (now) this.#written.set(id, now)
    else this.#written.delete(id)
    if (this.#hidden.get(id)?.file === now?.file) this.#hidden.delete(id)
    if (now && isLinking(now.entry)) this.#linking.set(id, now.entry)
    else this.#linking.delete(id)
  }
}

/** Never throws: everything that is wrong is a problem, and what is right is there. */
export const assemble = (sources: Sources): Baseline => new SourceTree(sources).baseline

const refused = (problems: readonly WippyError[]): Draft => ({ rewrites: [], problems, take: () => {} })

/** An entry file of which only the included file `target` is different; null when that takes reading all of it. */
const includeAgain = (read: Read, file: string, target: string, top: string): Read | null => {
  const entries = [...read.entries]
  for (const { entry: id, path, value } of read.inclusions.filter((inclusion) => inclusion.target === target)) {
    const at = entries.findIndex((entry) => entry.id === id)
    const found = include(value, file, top)
    if (at < 0 || 'code' in found) return null
    const { origin } = entries[at]!
    entries[at] = makeEntry({ ...setAt(entries[at]!, path.split('.'), found.content), origin })
  }
  return { ...read, entries }
}
