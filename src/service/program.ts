// From registry entries to programs: types erased, imports resolved, host modules collected.
//
// Invariants: a chunk is compiled once per version of its entry; a program is linked once per version of its entry and of everything it
// imports. Entries are frozen, so an entry is itself the key of its version.

import { Kind, WippyError } from '../error.ts'
import { compile } from '../lua/compile.ts'
import { type Require, requires } from '../lua/requires.ts'
import { returnedNames } from '../lua/returned.ts'
import type { Chunk, Program } from '../program.ts'
import { builtin } from '../registry/builtin.ts'
import { type Entry, fieldsOf, whereOf } from '../registry/entry.ts'
import { importsOf, modulesOf } from '../registry/imports.ts'

type Compiled = { readonly chunk: Chunk; readonly requires: readonly Require[]; readonly returned: readonly string[] | null }

const compiled = new WeakMap<Entry, Compiled>()

const sourceOf = (entry: Entry): string => {
  const { source } = fieldsOf(entry)
  if (typeof source === 'string' && source !== '') return source
  throw new WippyError('ENTRY_NO_SOURCE', Kind.Invalid, `"${entry.id}" has no source`, {
    where: whereOf(entry, 'data'),
    hint: 'Give it source: file://name.lua, or the Lua text itself.',
  })
}

const compiledOf = (entry: Entry): Compiled => {
  const known = compiled.get(entry)
  if (known) return known
  const file = entry.origin?.sources.get('data.source') ?? entry.id
  const { code, chunk } = compile(sourceOf(entry), { file })
  return adopt(entry, { code, requires: requires(chunk), returned: returnedNames(chunk) })
}

/** Takes what its source was compiled to by somebody else, so that it is not compiled here. */
export const adopt = (entry: Entry, { code, ...read }: { readonly code: string } & Omit<Compiled, 'chunk'>): Compiled => {
  const file = entry.origin?.sources.get('data.source') ?? entry.id
  const made: Compiled = { chunk: { file, code, imports: Object.fromEntries([...renamedBy(entry), ...importsOf(entry)]) }, ...read }
  compiled.set(entry, made)
  return made
}

/** The plain Lua of an entry. Throws LUA_SYNTAX and the like, with file and line. */
export const chunkOf = (entry: Entry): Chunk => compiledOf(entry).chunk

/** What the text of an entry requires by name. Throws as `chunkOf`. */
export const requiresOf = (entry: Entry): readonly Require[] => compiledOf(entry).requires

/** The names in the table that the text of an entry returns, or null when only running it says so. Throws as `chunkOf`. */
export const returnedOf = (entry: Entry): readonly string[] | null => compiledOf(entry).returned

/** Modules of the runtime that an entry has under a name of its own: that name, and the id of the library that stands for the module. */
const renamedBy = (entry: Entry): (readonly [alias: string, id: string])[] =>
  [...modulesOf(entry)].flatMap(([alias, name]) => (alias === name ? [] : [[alias, `:${name}`] as const]))

/** A module as a library, which can be imported under any name. */
const moduleLibrary = (id: string): Program['libraries'][number] => ({
  id,
  chunk: { file: id, code: `return require(${JSON.stringify(id.slice(1))})`, imports: {} },
})

/** Modules of the runtime that code needs without naming them: what its text looks as if it used. More than needed only costs memory. */
const IMPLIED: readonly (readonly [module: string, use: RegExp])[] = [
  ['types', /\b__type\(|\btypeof\b|\b(?:integer|boolean|number|string)\s*\(|\b(?:Number|String|Integer|Boolean|Any|Table|Function)\b/],
  ['frozen', /\b(?:freeze|isfrozen)\b/],
  ['json', /:\s*(?:transcode|unmarshal)\b/],
]
const impliedBy = ({ code }: Chunk): string[] => IMPLIED.filter(([, use]) => use.test(code)).map(([module]) => module)

type Find = (id: string) => Entry | undefined
type Linked = { readonly program: Program; readonly libraries: readonly Entry[]; readonly isFromFiles: boolean }

/** Newest first. Two, because while a change is prepared both what runs and what is to run are asked for. */
const linked = new WeakMap<Entry, readonly Linked[]>()

/**
 * Everything an entry needs, libraries in the order in which they need each other. `find` reads one version of the registry; while it finds
 * the same entries, the same program is given. Throws IMPORT_MISSING, IMPORT_CYCLE, and what `chunkOf` throws.
 */
export const programOf = (entry: Entry, find: Find): Program => linkedOf(entry, find).program

/** Whether the app's files say all of an entry's code, libraries included: none of it was made or changed at run time. Throws as `programOf`. */
export const isFromFiles = (entry: Entry, find: Find): boolean => linkedOf(entry, find).isFromFiles

const linkedOf = (entry: Entry, find: Find): Linked => {
  const known = linked.get(entry) ?? []
  const same = known.find(({ libraries }) => libraries.every((library) => (find(library.id) ?? builtin(library.id)) === library))
  if (same) return same
  const made = link(entry, find)
  linked.set(entry, [made, ...known.slice(0, 1)])
  return made
}

const link = (entry: Entry, find: Find): Linked => {
  const libraries = new Map<string, Entry>()
  const modules = new Set<string>()
  const renamed = new Set<string>()
  const visit = (importer: Entry, path: readonly string[]): void => {
    for (const name of modulesOf(importer).values()) modules.add(name)
    for (const [, id] of renamedBy(importer)) renamed.add(id)
    for (const [alias, id] of importsOf(importer)) {
      if (libraries.has(id)) continue
      if (path.includes(id)) throw cyclic(importer, [...path.slice(path.indexOf(id)), id])
      const library = find(id) ?? builtin(id)
      if (!library) throw missing(importer, alias, id)
      visit(library, [...path, id])
      libraries.set(id, library)
    }
  }
  visit(entry, [entry.id])
  const chunk = chunkOf(entry)
  const imported = [...libraries].map(([id, library]) => ({ id, chunk: chunkOf(library) }))
  const implied = [chunk, ...imported.map((library) => library.chunk)].flatMap(impliedBy)
  const { method } = fieldsOf(entry)
  const program: Program = {
    entry: entry.id,
    method: typeof method === 'string' && method !== '' ? method : 'main',
    chunk,
    modules: [...modules],
    implied: [...new Set(implied)],
    libraries: [...[...renamed].map(moduleLibrary), ...imported], // modules first: an alias may take the name of one
  }
  const isFromFiles = [entry, ...libraries.values()].every(({ origin }) => origin !== null)
  return { program, libraries: [...libraries.values()], isFromFiles }
}

const missing = (entry: Entry, alias: string, id: string): WippyError =>
  new WippyError('IMPORT_MISSING', Kind.NotFound, `"${entry.id}" imports "${id}", which does not exist`, {
    where: whereOf(entry, `data.imports.${alias}`),
  })

const cyclic = (entry: Entry, cycle: readonly string[]): WippyError =>
  new WippyError('IMPORT_CYCLE', Kind.Invalid, `libraries import each other in a circle: ${cycle.join(' → ')}`, {
    where: whereOf(entry, 'data.imports'),
  })
