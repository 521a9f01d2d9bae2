// Types of entries: what an entry's Lua contradicts, and what those who import it may rely on.
//
// An entry is checked once for each version of it and of what it imports. What cannot be read, and circles, are any to those who import it:
// others say what is wrong with them.

import { Kind, WippyError } from '../error.ts'
import { type Checked, checkChunk, type Diagnostic } from '../lua/check/check.ts'
import { globalsWith, type Library, surroundingsOf } from '../lua/check/surroundings.ts'
import { parse } from '../lua/parser.ts'
import { builtin, globalsOfBuiltin } from '../registry/builtin.ts'
import type { Operation, State } from '../registry/change.ts'
import { type Entry, fieldsOf, isOfModule } from '../registry/entry.ts'
import { importsOf, modulesOf } from '../registry/imports.ts'
import { MODULES } from '../registry/module-names.ts'
import { LIBRARIES, LUA_KINDS } from './runnable.ts'

export type TypeSystem = {
  /** Whether an entry with errors of types is refused. */
  readonly enabled: boolean
  /** Whether warnings refuse it too. */
  readonly strict: boolean
}

type Find = (id: string) => Entry | undefined
type Known = { readonly libraries: ReadonlyMap<string, Library | null>; readonly checked: Checked; readonly library: Library }

const known = new WeakMap<Entry, Known>()
/** Libraries within libraries that are followed. */
const DEPTH = 64
const SHOWN = 10

const fileOf = (entry: Entry): string => entry.origin?.sources.get('data.source') ?? entry.id

const sourceOf = (entry: Entry): string | null => {
  const { source } = fieldsOf(entry)
  return LUA_KINDS.includes(entry.kind) && typeof source === 'string' && source !== '' ? source : null
}

/** Of one state of the registry, which `find` reads. */
export class EntryTypes {
  readonly #find: Find
  readonly #done = new Map<Entry, Known | null>()

  constructor(find: Find) {
    this.#find = find
  }

  /** What is found in an entry, in the order of its text; nothing in one that is no Lua, or cannot be read. */
  of(entry: Entry): readonly Diagnostic[] {
    return this.#known(entry, 0)?.checked.diagnostics ?? []
  }

  #known(entry: Entry, depth: number): Known | null {
    const done = this.#done.get(entry)
    if (done !== undefined) return done
    this.#done.set(entry, null) // to those whom it imports in a circle
    const made = depth > DEPTH ? null : this.#check(entry, depth)
    this.#done.set(entry, made)
    return made
  }

  #check(entry: Entry, depth: number): Known | null {
    const source = sourceOf(entry)
    if (source === null) return null
    const libraries = new Map<string, Library | null>()
    for (const [alias, id] of importsOf(entry)) {
      const imported = this.#find(id) ?? builtin(id)
      libraries.set(alias, (imported && this.#known(imported, depth + 1)?.library) ?? null)
    }
    const before = known.get(entry)
    if (before && [...libraries].every(([alias, library]) => before.libraries.get(alias) === library)) return before
    try {
      const checked = checkChunk(parse(source, { file: fileOf(entry) }), surroundingsOf({ modules: seenBy(entry), libraries }))
      const library = { exports: checked.exports, globals: globalsOfBuiltin(entry) ?? globalsWith(checked, libraries.values()) }
      const made = { libraries, checked, library }
      known.set(entry, made)
      return made
    } catch (error) {
      if (error instanceof WippyError) return null // whoever compiles it says so
      throw error
    }
  }
}

/** A library sees the modules of whoever imports it. */
const seenBy = (entry: Entry): ReadonlyMap<string, string> =>
  LIBRARIES.includes(entry.kind) ? new Map([...[...MODULES].map((name) => [name, name] as const), ...modulesOf(entry)]) : modulesOf(entry)

/** A diagnostic as an error with its place. */
const typeError = (entry: Entry, { code, message, line, column, frame, hint }: Diagnostic): WippyError =>
  new WippyError(code, Kind.Invalid, message, {
    retryable: false,
    where: { file: fileOf(entry), line, column, entry: entry.id },
    frame,
    hint,
  })

export type TypesTold = { readonly own: readonly WippyError[]; readonly ofModules: readonly WippyError[] }

/** What types say of entries, of those of the app at `root` and of those that came with modules: each mistake that `isTold`, with its place. */
export const typesTold = (
  entries: Iterable<Entry>,
  types: EntryTypes,
  { root, isTold = () => true }: { readonly root: string; readonly isTold?: (diagnostic: Diagnostic) => boolean },
): TypesTold => {
  const [own, ofModules]: [WippyError[], WippyError[]] = [[], []]
  for (const entry of entries) {
    const errors = types.of(entry).filter(isTold)
    const among = isOfModule(entry, root) ? ofModules : own
    among.push(...errors.map((diagnostic) => typeError(entry, diagnostic)))
  }
  return { own, ofModules }
}

/** What is found in the Lua that operations bring, as it will be beside all the rest. */
export const typesOfChange = (operations: readonly Operation[], state: State): readonly ReturnType<typeof plainDiagnostic>[] => {
  const after = new Map(state)
  const come: Entry[] = []
  for (const operation of operations) {
    if (operation.kind === 'entry.delete') after.delete(operation.id)
    else {
      after.set(operation.entry.id, operation.entry)
      come.push(operation.entry)
    }
  }
  const types = new EntryTypes((id) => after.get(id))
  return come.flatMap((entry) => types.of(entry).map((diagnostic) => plainDiagnostic(entry, diagnostic)))
}

/** For people and programs: what is found in an entry, without frames. */
const plainDiagnostic = ({ id }: Entry, { code, severity, message, line, column, hint }: Diagnostic) => ({
  ...{ entry: id, code, severity, message, line, column },
  ...(hint !== undefined && { hint }),
})

/** Throws LUA_TYPES, which says all that is wrong, when the type system refuses the entry. */
export const refuseTypes = (entry: Entry, types: EntryTypes, { strict }: TypeSystem): void => {
  const found = types.of(entry).filter(({ severity }) => strict || severity === 'error')
  const [first] = found
  if (!first) return
  const rest = found.length - 1
  const more = rest === 0 ? '' : `, and ${rest} more`
  const shown = ({ frame, hint }: Diagnostic): string => (hint === undefined ? frame : `${frame}\n  → ${hint}`)
  const others = found.slice(1, SHOWN).map((one) => `${one.line}:${one.column}: ${one.message} [${one.code}]\n${shown(one)}`)
  throw new WippyError('LUA_TYPES', Kind.Invalid, `types of "${entry.id}" do not fit: ${first.message} [${first.code}]${more}`, {
    retryable: false,
    where: { file: fileOf(entry), line: first.line, column: first.column, entry: entry.id },
    ...(rest === 0 ? { frame: first.frame, hint: first.hint } : { frame: [shown(first), ...others].join('\n') }),
    details: { diagnostics: found.slice(0, SHOWN).map((diagnostic) => plainDiagnostic(entry, diagnostic)) },
  })
}
