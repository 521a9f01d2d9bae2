// Libraries that are there without anybody's files: an import means one of them when the registry has no entry of its id. They are no entries
// of the registry, so that an app holds what its files say, and a module that brings such an id takes its place.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Entry, makeEntry } from './entry.ts'

const FOLDER = join(import.meta.dirname, '..', '..', 'libraries')

type Library = { readonly file: string; readonly modules: readonly string[]; readonly globals: readonly string[] }

/** By id: the file, the modules it requires, and the globals it makes. */
const LIBRARIES: Readonly<Record<string, Library>> = {
  'wippy.test:test': {
    file: 'test.lua',
    modules: ['time', 'ctx'],
    globals: [
      ...['describe', 'expect', 'it', 'it_skip', 'before_all', 'after_all', 'before_each', 'after_each'],
      ...['mock', 'mock_process', 'restore_mock', 'restore_all_mocks'],
    ],
  },
}

/** The globals that a library makes; undefined for what is none of these libraries. */
export const globalsOfBuiltin = (entry: Entry): ReadonlySet<string> | undefined =>
  made.get(entry.id) === entry ? new Set(LIBRARIES[entry.id]!.globals) : undefined

/** Whether a module of the hub, named `org/module`, can be done without: what it is imported for is here. */
export const isBuiltin = (module: string): boolean => Object.keys(LIBRARIES).some((id) => id.startsWith(`${module.replace('/', '.')}:`))

const made = new Map<string, Entry>()

/** The library of an id, always the same; undefined for others. */
export const builtin = (id: string): Entry | undefined => {
  const known = made.get(id)
  if (known !== undefined || !Object.hasOwn(LIBRARIES, id)) return known
  const { file, modules } = LIBRARIES[id]!
  const path = join(FOLDER, file)
  const entry = makeEntry({
    id,
    kind: 'library.lua',
    meta: { comment: 'Comes with wippy.' },
    data: { source: readFileSync(path, 'utf8'), modules: [...modules] },
    origin: { file: id, path, base: FOLDER, line: 1, column: 1, spots: new Map(), sources: new Map([['data.source', id]]) },
  })
  made.set(id, entry)
  return entry
}
