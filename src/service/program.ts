// From registry entries to programs: types erased, imports resolved, host modules collected.
//
// Invariant: a chunk is compiled once per version of its entry; entries are frozen, so the entry itself is the key.

import { Kind, WippyError } from '../error.ts'
import { compile } from '../lua/compile.ts'
import { type Entry, fieldsOf, whereOf } from '../registry/entry.ts'
import { importsOf } from '../registry/imports.ts'
import type { Chunk, Program } from '../program.ts'

const chunks = new WeakMap<Entry, Chunk>()

const sourceOf = (entry: Entry): string => {
  const { source } = fieldsOf(entry)
  if (typeof source === 'string' && source !== '') return source
  throw new WippyError('ENTRY_NO_SOURCE', Kind.Invalid, `"${entry.id}" has no source`, {
    where: whereOf(entry, 'data'),
    hint: 'Give it source: file://name.lua, or the Lua text itself.',
  })
}

/** The plain Lua of an entry. Throws LUA_SYNTAX and the like, with file and line. */
export const chunkOf = (entry: Entry): Chunk => {
  const known = chunks.get(entry)
  if (known) return known
  const file = entry.origin?.sources.get('data.source') ?? entry.id
  const { code } = compile(sourceOf(entry), { file })
  const chunk: Chunk = { file, code, imports: Object.fromEntries(importsOf(entry)) }
  chunks.set(entry, chunk)
  return chunk
}

const modulesOf = (entry: Entry): string[] => {
  const { modules } = fieldsOf(entry)
  return Array.isArray(modules) ? modules.filter((name): name is string => typeof name === 'string') : []
}

/**
 * Everything an entry needs, libraries in the order in which they need each other. `find` reads one version of the registry.
 * Throws IMPORT_MISSING, IMPORT_CYCLE, and what `chunkOf` throws.
 */
export const programOf = (entry: Entry, find: (id: string) => Entry | undefined): Program => {
  const libraries = new Map<string, { readonly id: string; readonly chunk: Chunk }>()
  const modules = new Set<string>()
  const visit = (importer: Entry, path: readonly string[]): void => {
    for (const name of modulesOf(importer)) modules.add(name)
    for (const [alias, id] of importsOf(importer)) {
      if (libraries.has(id)) continue
      if (path.includes(id)) throw cyclic(importer, [...path.slice(path.indexOf(id)), id])
      const library = find(id)
      if (!library) throw missing(importer, alias, id)
      visit(library, [...path, id])
      libraries.set(id, { id, chunk: chunkOf(library) })
    }
  }
  visit(entry, [entry.id])
  const { method } = fieldsOf(entry)
  return {
    entry: entry.id,
    method: typeof method === 'string' && method !== '' ? method : 'main',
    chunk: chunkOf(entry),
    modules: [...modules],
    libraries: [...libraries.values()],
  }
}

const missing = (entry: Entry, alias: string, id: string): WippyError =>
  new WippyError('IMPORT_MISSING', Kind.NotFound, `"${entry.id}" imports "${id}", which does not exist`, {
    where: whereOf(entry, `data.imports.${alias}`),
  })

const cyclic = (entry: Entry, cycle: readonly string[]): WippyError =>
  new WippyError('IMPORT_CYCLE', Kind.Invalid, `libraries import each other in a circle: ${cycle.join(' → ')}`, {
    where: whereOf(entry, 'data.imports'),
  })
