// A directory of entry files → entries. Never throws: what is wrong is a problem with its place, and everything else still loads.

import { type Dirent, readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { Kind, place, WippyError } from '../error.ts'
import { blame } from './blame.ts'
import { type Disable, withoutDisabled } from './disable.ts'
import { readDocument } from './document.ts'
import { type Entry, makeEntry, whereOf } from './entry.ts'
import { type FilePlace, type Read, readEntries } from './entry-file.ts'

export type Loaded = { readonly entries: readonly Entry[]; readonly problems: readonly WippyError[] }

export type LoadOptions = {
  /** What the file names people see are relative to; the directory itself by default. */
  readonly root?: string
  /** See Origin.base; `root` by default. */
  readonly base?: string
  /** The module the files belong to: their entries carry `meta.module`. */
  readonly module?: string
  /** Entries of it that are left out. */
  readonly without?: Disable
  /** `readDocument` unless something else does the same. */
  readonly parse?: typeof readDocument
}

const isFile = (directory: string, item: Dirent): boolean =>
  item.isFile() || (item.isSymbolicLink() && (statSync(join(directory, item.name), { throwIfNoEntry: false })?.isFile() ?? false))

/** Whether a folder of this name is none of ours. */
export const isHidden = (folder: string): boolean => folder === 'node_modules' || folder.startsWith('.')
/** Whether a file of this name may hold entries. */
export const isEntryFile = (file: string): boolean => /\.(ya?ml|json)$/.test(file)

/** Every .yaml, .yml and .json below a directory, in the order of their names; node_modules and dot-folders are not entered. */
const findFiles = (directory: string): string[] =>
  readdirSync(directory, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((item) => {
      if (item.isDirectory()) return isHidden(item.name) ? [] : findFiles(join(directory, item.name))
      return isEntryFile(item.name) && isFile(directory, item) ? [join(directory, item.name)] : []
    })

/** Whether a file that cannot be read was meant to hold entries: other YAML may lie around in a source directory. */
const meantForUs = (file: string, text: string): boolean =>
  basename(file).startsWith('_index.') || (file.endsWith('.json') ? /"namespace"\s*:/ : /^(["']?)namespace\1\s*:/m).test(text)

const readFile = (at: FilePlace, parse: typeof readDocument): Read => {
  let text: string
  try {
    text = readFileSync(at.path, 'utf8')
  } catch (error) {
    const message = `the file cannot be read (${(error as NodeJS.ErrnoException).code})`
    const problem = new WippyError('SOURCE_UNREADABLE', Kind.Unavailable, message, {
      where: { file: at.shown(at.path) },
      hint: 'Check its path and its permissions.',
    })
    return { entries: [], problems: [problem], inclusions: [] }
  }
  const document = parse(at.shown(at.path), text)
  if (document.fault) return { entries: [], problems: meantForUs(at.path, text) ? [document.fault] : [], inclusions: [] }
  return readEntries(document, at)
}

/** A directory that holds entry files. */
export class SourceDirectory {
  /** Absolute. */
  readonly top: string
  readonly #root: string
  readonly #base: string
  readonly #module: string | undefined
  readonly #without: Disable | undefined
  readonly #parse: typeof readDocument

  constructor(directory: string, { root, base, module, without, parse = readDocument }: LoadOptions = {}) {
    this.top = resolve(directory)
    this.#root = resolve(root ?? this.top)
    this.#base = resolve(base ?? this.#root)
    this.#module = module
    this.#without = without
    this.#parse = parse
  }

  /** Why nothing can be read here, or null. */
  get fault(): WippyError | null {
    if (statSync(this.top, { throwIfNoEntry: false })?.isDirectory()) return null
    const file = this.shown(this.top)
    const [message, hint] =
      this.#module === undefined
        ? [
            `the source directory "${file}" does not exist`,
            'Create it, or say where the entries are: "src" in wippy.config.ts, directories.src in wippy.lock.',
          ]
        : [`the directory "${file}" of the module ${this.#module} does not exist`, 'Check what "replacements" says of it.']
    return new WippyError('SOURCE_DIR_MISSING', Kind.NotFound, message, { where: { file }, hint })
  }

  /** An absolute path as people are shown it. */
  shown(path: string): string {
    return relative(this.#root, path).split(sep).join('/') || '.'
  }

  /** The entry files that are there, or only those below one of its directories; absolute, in order. */
  files(below: string = this.top): string[] {
    return findFiles(below)
  }

  /** Whether a file of this absolute path would be one of `files`. */
  covers(path: string): boolean {
    const way = relative(this.top, path).split(sep)
    return !isAbsolute(way[0]!) && !way.slice(0, -1).some(isHidden) && isEntryFile(way.at(-1)!)
  }

  /** Reads an entry file. */
  read(path: string): Read {
    const read = readFile({ path, directory: this.top, base: this.#base, shown: (other) => this.shown(other) }, this.#parse)
    const module = this.#module
    const kept = this.#without ? withoutDisabled(read.entries, this.#without) : read.entries
    if (module === undefined) return { ...read, entries: kept }
    const entries = kept.map((entry) => ('module' in entry.meta ? entry : makeEntry({ ...entry, meta: { ...entry.meta, module } })))
    return { ...read, entries }
  }
}

/** The problem of an entry whose id is `first`'s already. */
export const duplicate = (entry: Entry, first: Entry): WippyError => {
  const message = `"${entry.id}" is defined twice, first at ${place({ ...whereOf(first), entry: '' })}`
  return blame(entry, '', { code: 'ENTRY_DUPLICATE', kind: Kind.AlreadyExists, message, hint: 'Rename one of them, or remove it.' })
}

/** Joins what several files or directories hold. Of two entries with one id the first stays; the second is a problem. */
export const gather = (parts: Iterable<Loaded>): Loaded => {
  const entries = new Map<string, Entry>()
  const problems: WippyError[] = []
  for (const part of parts) {
    problems.push(...part.problems)
    for (const entry of part.entries) {
      const first = entries.get(entry.id)
      if (first) problems.push(duplicate(entry, first))
      else entries.set(entry.id, entry)
    }
  }
  return { entries: [...entries.values()], problems }
}

/** Loads every entry file below a directory. */
export const load = (directory: string, options: LoadOptions = {}): Loaded => {
  const source = new SourceDirectory(directory, options)
  return source.fault ? { entries: [], problems: [source.fault] } : gather(source.files().map((path) => source.read(path)))
}

/** Reads one file of entries, wherever it lies; `file://` leads below its directory. */
export const readEntryFile = (path: string): Loaded => {
  const whole = resolve(path)
  return gather([new SourceDirectory(dirname(whole)).read(whole)])
}
