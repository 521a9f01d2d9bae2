// What is found in the Lua of an app by reading it: syntax, modules that are required but not declared, types, and what the rules say. Nothing is
// started, and nothing but the Lua kinds is looked at; `check` is for the rest.

import { resolve } from 'node:path'
import type { Config } from '../config.ts'
import { WippyError } from '../error.ts'
import type { Chunk } from '../lua/ast.ts'
import { codeFrame } from '../lua/diagnostics.ts'
import type { Finding, Severity } from '../lua/lint/finding.ts'
import { applyRules } from '../lua/lint/rules.ts'
import { parse } from '../lua/parser.ts'
import { requires } from '../lua/requires.ts'
import { type Entry, fieldsOf, isFields } from '../registry/entry.ts'
import { isInNamespaces } from '../registry/glob.ts'
import { importsOf } from '../registry/imports.ts'
import { SourceTree } from '../registry/source-tree.ts'
import { EntryTypes } from '../service/entry-types.ts'
import { programOf } from '../service/program.ts'
import { AMBIENT, declareHint, LIBRARIES, LUA_KINDS, requirableIn } from '../service/runnable.ts'

/** Something found in the Lua of one entry. */
export type Diagnostic = {
  readonly entry: string
  readonly code: string
  /** The rule's name, where a rule has found it. */
  readonly rule: string | null
  readonly severity: Severity
  readonly message: string
  readonly file: string
  readonly line: number
  readonly column: number
  readonly frame: string | null
  readonly hint: string | null
}

export type LintOptions = {
  /** Whether the W-rules are asked as well. */
  readonly rules: boolean
  /** Patterns of namespaces; none means all. */
  readonly namespaces: readonly string[]
  /** The absolute path of the one file that is meant; none means all. */
  readonly file?: string
}

export type Linted = {
  /** Entries that were read: those that were meant, and what they import. */
  readonly entries: number
  /** By entry, and in it the worst first, in the order of the text. */
  readonly diagnostics: readonly Diagnostic[]
  /** What is wrong with the files, so that not all of the Lua could be read. */
  readonly problems: readonly WippyError[]
}

type Find = (id: string) => Entry | undefined
type Ground = { readonly types: EntryTypes; readonly find: Find }

/** Those among `all` that are meant, and what these import, each once. */
const withImports = (meant: readonly Entry[], all: ReadonlyMap<string, Entry>): Set<Entry> => {
  const found = new Set(meant)
  for (const entry of found) for (const id of importsOf(entry).values()) if (all.has(id)) found.add(all.get(id)!)
  return found
}

const declaredBy = (entry: Entry): ReadonlySet<unknown> => {
  const { modules, imports } = fieldsOf(entry)
  return new Set([...AMBIENT, ...(Array.isArray(modules) ? modules : []), ...(isFields(imports) ? Object.keys(imports) : [])])
}

/** What an entry can require though it declares it not itself: that of libraries which it imports. A library has what those have that import it. */
const borrows = (entry: Entry, find: Find): ((name: string) => boolean) => {
  if (LIBRARIES.includes(entry.kind)) return () => true
  try {
    const names = requirableIn(programOf(entry, find))
    return (name) => names.has(name)
  } catch (error) {
    if (error instanceof WippyError) return () => false // what it imports is told as what is wrong with it
    throw error
  }
}

const undeclared = (entry: Entry, chunk: Chunk, find: Find): Finding[] => {
  const declared = declaredBy(entry)
  const missing = requires(chunk).filter(({ name }) => !declared.has(name))
  if (missing.length === 0) return []
  const isBorrowed = borrows(entry, find)
  return missing.map(({ name, line, column }) => {
    const start = chunk.source.startOf(line) + column - 1
    const place = { start, end: start + name.length + 2, code: 'P0002', rule: null, hint: declareHint(name) }
    const message = `require("${name}") is not declared in imports or modules of the entry`
    if (!isBorrowed(name)) return { ...place, severity: 'error', message }
    const whose = LIBRARIES.includes(entry.kind) ? 'where one that imports it has it' : 'while a library that it imports has it'
    return { ...place, severity: 'warning', message: `${message}: it is found only ${whose}` }
  })
}

const RANK: Readonly<Record<Severity, number>> = { error: 0, warning: 1, hint: 2 }

const inOrder = (a: Diagnostic, b: Diagnostic): number =>
  RANK[a.severity] - RANK[b.severity] || a.line - b.line || a.column - b.column || a.code.localeCompare(b.code)

const unparsed = (entry: Entry, error: WippyError): Diagnostic => {
  const { message, where, frame = null, hint = null } = error
  const { file = entry.id, line = 1, column = 1 } = where ?? {}
  return { entry: entry.id, code: 'P0001', rule: null, severity: 'error', message, file, line, column, frame, hint }
}

/** What is found in one entry. */
const lintEntry = (entry: Entry, { rules }: LintOptions, { types, find }: Ground): Diagnostic[] => {
  const { source } = fieldsOf(entry)
  if (typeof source !== 'string' || source === '') return []
  const file = entry.origin?.sources.get('data.source') ?? entry.id
  let chunk: Chunk
  try {
    chunk = parse(source, { file })
  } catch (error) {
    if (error instanceof WippyError) return [unparsed(entry, error)]
    throw error
  }
  const found = [...undeclared(entry, chunk, find), ...(rules ? applyRules(chunk) : [])].map(
    ({ start, end, hint = null, code, rule, severity, message }) => ({
      ...{ entry: entry.id, code, rule, severity, message, file, hint },
      ...chunk.source.place(start),
      frame: codeFrame(chunk.source, start, end),
    }),
  )
  const typed = types.of(entry).map(({ hint = null, ...rest }) => ({ ...rest, ...{ entry: entry.id, rule: null, file, hint } }))
  return [...found, ...typed].sort(inOrder)
}

/** Reads the Lua of an app, and says what is found in it. Never throws for what is wrong in its files. */
export const lint = ({ state: _, ...sources }: Config, options: LintOptions): Linted => {
  const { entries, problems } = new SourceTree(sources).baseline
  const lua = entries.filter(({ kind }) => LUA_KINDS.includes(kind))
  const isMeant = (entry: Entry): boolean =>
    isInNamespaces(entry.ns, options.namespaces) &&
    (options.file === undefined || resolve(sources.root, entry.origin?.sources.get('data.source') ?? '') === options.file)
  const meant = lua.filter(isMeant).toSorted((a, b) => (a.id < b.id ? -1 : 1))
  const byId = new Map(entries.map((entry) => [entry.id, entry]))
  const find: Find = (id) => byId.get(id)
  const ground: Ground = { find, types: new EntryTypes(find) }
  return {
    entries: withImports(meant, new Map(lua.map((entry) => [entry.id, entry]))).size,
    diagnostics: meant.flatMap((entry) => lintEntry(entry, options, ground)),
    problems,
  }
}
