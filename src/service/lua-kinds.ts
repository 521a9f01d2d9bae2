// The Lua kinds: an entry is taken in when its code parses and what it requires is declared; it runs when somebody spawns or calls it.

import { Kind, WippyError } from '../error.ts'
import { defaultLimits } from '../kernel/host.ts'
import type { Program } from '../program.ts'
import type { Entry } from '../registry/entry.ts'
import type { Handler } from '../registry/kinds.ts'
import { limitsOf } from './limits.ts'
import { programOf, requiresOf } from './program.ts'

/** Globals that need no declaration. */
const AMBIENT = ['process', 'channel', 'errors', 'payload', 'os', 'coroutine', 'table', 'string', 'math']
const LIBRARIES = ['library.lua', 'module.lua'] // they see what whoever imports them has, so what they require is not theirs alone to declare

const checkRequires = (entry: Entry, { chunk, modules, libraries }: Program): void => {
  const imported = [chunk, ...libraries.map((library) => library.chunk)].flatMap(({ imports }) => Object.keys(imports))
  const known = new Set([...AMBIENT, ...modules, ...imported])
  const unknown = requiresOf(entry).find(({ name }) => !known.has(name))
  if (!unknown) return
  const { name, line, column } = unknown
  throw new WippyError(
    'REQUIRE_UNDECLARED',
    Kind.NotFound,
    `module '${name}' not found: "${entry.id}" requires it but does not declare it`,
    {
      where: { file: chunk.file, line, column, entry: entry.id },
      hint: `Add ${name} to the entry's modules, or to its imports if it is a library.`,
    },
  )
}

/** `load` brings in the services of the modules that an entry declares. */
export const luaHandler = (load: (entry: Entry) => Promise<void>): Handler => ({
  kinds: ['function.lua', 'process.lua', ...LIBRARIES],
  prepare: async ({ kind, entry }, after) => {
    if (kind === 'entry.delete') return
    const program = programOf(entry, (id) => after.get(id))
    if (!LIBRARIES.includes(entry.kind)) {
      checkRequires(entry, program)
      limitsOf(entry, defaultLimits)
    }
    await load(entry)
  },
})
