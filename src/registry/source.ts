// A directory of entry files → entries. Never throws: what is wrong is a problem with its place, and everything else still loads.

import { type Dirent, readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, join, relative, resolve, sep } from 'node:path'
import { Kind, place, WippyError } from '../error.ts'
import { blame } from './blame.ts'
import { readDocument } from './document.ts'
import { type Entry, whereOf } from './entry.ts'
import { type FilePlace, readEntries } from './entry-file.ts'

export type Loaded = { readonly entries: readonly Entry[]; readonly problems: readonly WippyError[] }

export type LoadOptions = {
  /** What the file names people see are relative to; the directory itself by default. */
  readonly root?: string
  /** See Origin.base; `root` by default. */
  readonly base?: string
}

const isFile = (directory: string, item: Dirent): boolean =>
  item.isFile() || (item.isSymbolicLink() && (statSync(join(directory, item.name), { throwIfNoEntry: false })?.isFile() ?? false))

/** Every .yaml, .yml and .json below a directory, in the order of their names; node_modules and dot-folders are not entered. */
const findFiles = (directory: string): string[] =>
  readdirSync(directory, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((item) => {
      if (item.isDirectory()) return item.name === 'node_modules' || item.name.startsWith('.') ? [] : findFiles(join(directory, item.name))
      return /\.(ya?ml|json)$/.test(item.name) && isFile(directory, item) ? [join(directory, item.name)] : []
    })

/** Whether a file that cannot be read was meant to hold entries: other YAML may lie around in a source directory. */
const meantForUs = (file: string, text: string): boolean =>
  basename(file).startsWith('_index.') || (file.endsWith('.json') ? /"namespace"\s*:/ : /^(["']?)namespace\1\s*:/m).test(text)

const readFile = (at: FilePlace): { entries: readonly Entry[]; problems: readonly WippyError[] } => {
  let text: string
  try {
    text = readFileSync(at.path, 'utf8')
  } catch (error) {
    const message = `the file cannot be read (${(error as NodeJS.ErrnoException).code})`
    return {
      entries: [],
      problems: [new WippyError('SOURCE_UNREADABLE', Kind.Unavailable, message, { where: { file: at.shown(at.path) } })],
    }
  }
  const document = readDocument(at.shown(at.path), text)
  if (document.fault) return { entries: [], problems: meantForUs(at.path, text) ? [document.fault] : [] }
  return readEntries(document, at)
}

/** Joins what several files or directories hold. Of two entries with one id the first stays; the second is a problem. */
export const gather = (parts: Iterable<Loaded>): Loaded => {
  const entries = new Map<string, Entry>()
  const problems: WippyError[] = []
  for (const part of parts) {
    problems.push(...part.problems)
    for (const entry of part.entries) {
      const first = entries.get(entry.id)
      if (first) {
        const message = `"${entry.id}" is defined twice, first at ${place({ ...whereOf(first), entry: '' })}`
        problems.push(blame(entry, '', 'ENTRY_DUPLICATE', Kind.AlreadyExists, message, 'Rename one of them, or remove it.'))
      } else {
        entries.set(entry.id, entry)
      }
    }
  }
  return { entries: [...entries.values()], problems }
}

/** Loads every entry file below a directory. */
export const load = (directory: string, options: LoadOptions = {}): Loaded => {
  const top = resolve(directory)
  const root = resolve(options.root ?? top)
  const base = resolve(options.base ?? root)
  const shown = (path: string) => relative(root, path).split(sep).join('/') || '.'
  if (!statSync(top, { throwIfNoEntry: false })?.isDirectory()) {
    const hint = 'Create it, or say where the entries are: "src" in wippy.config.ts, directories.src in wippy.lock.'
    const message = `the source directory "${shown(top)}" does not exist`
    return { entries: [], problems: [new WippyError('SOURCE_DIR_MISSING', Kind.NotFound, message, { where: { file: shown(top) }, hint })] }
  }
  return gather(findFiles(top).map((path) => readFile({ path, directory: top, base, shown })))
}
