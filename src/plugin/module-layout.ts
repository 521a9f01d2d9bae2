// What a module says of itself before its code: its sections, what it imports, how it begins.

import { checkName } from './glue-name.ts'
import { malformed, WasmReader } from './wasm-reader.ts'

/** Ids of sections. */
export const TYPE = 1
export const IMPORT = 2
export const FUNCTION = 3
export const TABLE = 4
export const MEMORY = 5
export const GLOBAL = 6
export const EXPORT = 7
export const ELEMENT = 9
export const CODE = 10
export const DATA = 11

export const MAGIC: readonly number[] = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]
/** The module that meters import from, and nobody else. */
export const OURS = 'wippy'
const LARGEST_PAGES = 65_536
const TABLE_PAGE = 2048 // entries of a table that take as much as a page
const LARGEST_TABLE = 1 << 20 // entries
const TABLE_WITH_VALUE = 0x40

/** What the sections before the code say about indices. */
export type Layout = {
  readonly types: number
  readonly importedFunctions: number
  readonly importedGlobals: number
  readonly functions: number
  readonly hasMemory: boolean
}

export type Section = { readonly id: number; readonly body: WasmReader }

/** The sections of a module, custom ones left out. Throws PLUGIN_MALFORMED, as all that reads here. */
export const sectionsOf = (bytes: Uint8Array): Section[] => {
  if (MAGIC.some((byte, at) => bytes[at] !== byte)) throw malformed('it is not a WebAssembly module')
  const reader = new WasmReader(bytes, MAGIC.length)
  const sections: Section[] = []
  while (!reader.isDone) {
    const id = reader.byte()
    const body = reader.section(reader.u32())
    if (id !== 0) sections.push({ id, body })
  }
  return sections
}

const skipLimits = (reader: WasmReader): number => {
  const flags = reader.byte()
  if (flags > 1) throw malformed('a memory or table of a kind that is not supported')
  const least = reader.u32()
  if (flags === 1) reader.u32()
  return least
}

/** Moves behind the type of a value, a table or a global. */
export const skipReferenceType = (reader: WasmReader): void => {
  const byte = reader.byte()
  if (byte === 0x63 || byte === 0x64) reader.skipLeb()
}

/** The next name, which must be one that the glue can hold. */
export const nameIn = (reader: WasmReader): string => checkName(Buffer.from(reader.take(reader.u32())).toString())

/** Counts imports by what they are; positions `reader` at the end. */
const countImports = (reader: WasmReader): { functions: number; globals: number; memories: number } => {
  let functions = 0
  let globals = 0
  let memories = 0
  for (let left = reader.u32(); left > 0; left--) {
    if (nameIn(reader) === OURS) throw malformed(`it imports from "${OURS}"`)
    nameIn(reader)
    const kind = reader.byte()
    if (kind === 0) {
      reader.u32()
      functions++
    } else if (kind === 1) {
      skipReferenceType(reader)
      skipLimits(reader)
    } else if (kind === 2) {
      skipLimits(reader)
      memories++
    } else if (kind === 3) {
      skipReferenceType(reader)
      reader.byte()
      globals++
    } else if (kind === 4) {
      reader.byte()
      reader.u32()
    } else throw malformed('an import of an unknown kind')
  }
  return { functions, globals, memories }
}

const skipTable = (reader: WasmReader): number => {
  if (reader.bytes[reader.at] === TABLE_WITH_VALUE) throw malformed('a table of a kind that is not supported')
  skipReferenceType(reader)
  return skipLimits(reader)
}

/** A reader of the same bytes, so that this one stays where it is. */
const copyOf = (reader: WasmReader): WasmReader => new WasmReader(reader.bytes, reader.at, reader.end)

/** What comes before the code says of indices. */
export const layoutOf = (sections: readonly Section[]): Layout => {
  const count = (id: number): number => {
    const section = sections.find((one) => one.id === id)
    return section ? copyOf(section.body).u32() : 0
  }
  const imports = sections.find(({ id }) => id === IMPORT)
  const { functions, globals, memories } = imports ? countImports(copyOf(imports.body)) : { functions: 0, globals: 0, memories: 0 }
  return {
    types: count(TYPE),
    importedFunctions: functions,
    importedGlobals: globals,
    functions: count(FUNCTION),
    hasMemory: memories + count(MEMORY) > 0,
  }
}

/** What a module begins with, in pages: its memory, and its tables by what they take. */
export const firstPages = (sections: readonly Section[]): number => {
  const leasts = (id: number, skip: (reader: WasmReader) => number): number[] => {
    const section = sections.find((one) => one.id === id)
    const reader = section ? copyOf(section.body) : new WasmReader(Uint8Array.of(0))
    const found: number[] = []
    for (let left = reader.u32(); left > 0; left--) found.push(skip(reader))
    return found
  }
  const memories = leasts(MEMORY, skipLimits)
  if (memories.length > 1) throw malformed('it has several memories')
  const entries = leasts(TABLE, skipTable).reduce((sum, least) => sum + least, 0)
  if (entries > LARGEST_TABLE) throw malformed(`its tables have ${entries} entries, more than ${LARGEST_TABLE}`)
  const pages = memories[0] ?? 0
  if (pages > LARGEST_PAGES) throw malformed('its memory is too large')
  return pages + Math.ceil(entries / TABLE_PAGE)
}
