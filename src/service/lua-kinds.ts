// The Lua kinds: an entry is taken in when its code parses and what it requires is declared; it runs when somebody spawns or calls it.

import { Kind, WippyError } from '../error.ts'
import { parse } from '../lua/parser.ts'
import { requires } from '../lua/requires.ts'
import type { State } from '../registry/change.ts'
import { type Entry, fieldsOf } from '../registry/entry.ts'
import type { Handler } from '../registry/kinds.ts'
import { chunkOf, programOf } from './program.ts'

/** Globals that need no declaration. */
const AMBIENT = new Set(['process', 'channel', 'errors', 'payload', 'os', 'coroutine', 'table', 'string', 'math'])

const checkRequires = (entry: Entry, state: State): void => {
  const { source } = fieldsOf(entry)
  if (typeof source !== 'string') return
  const { chunk, modules, libraries } = programOf(entry, (id) => state.get(id))
  const known = new Set([...AMBIENT, ...modules, ...Object.keys(chunk.imports), ...libraries.flatMap((library) => Object.keys(library.chunk.imports))])
  const unknown = requires(parse(source, { file: chunk.file })).find(({ name }) => !known.has(name))
  if (!unknown) return
  throw new WippyError('REQUIRE_UNDECLARED', Kind.NotFound, `module '${unknown.name}' not found: "${entry.id}" requires it but does not declare it`, {
    where: { file: chunk.file, line: unknown.line, column: unknown.column, entry: entry.id },
    hint: `Add ${unknown.name} to the entry's modules, or to its imports if it is a library.`,
  })
}

export const luaHandler: Handler = {
  kinds: ['function.lua', 'process.lua', 'library.lua', 'module.lua'],
  prepare: ({ kind, entry }, after) => {
    if (kind === 'entry.delete') return
    chunkOf(entry)
    if (entry.kind !== 'library.lua' && entry.kind !== 'module.lua') checkRequires(entry, after)
  },
}
