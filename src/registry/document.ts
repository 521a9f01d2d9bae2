// A YAML or JSON text with places: its value, what is wrong with it, and where each part stands.
//
// With yaml-text.ts the only file that knows the `yaml` package. JSON is read as YAML, of which it is a part.

import { isAlias, isCollection, isMap, isPair, isScalar, LineCounter, type Node, parseDocument, type ScalarTag } from 'yaml'
import { Kind, WippyError } from '../error.ts'
import type { Spot } from './entry.ts'

export type Key = string | number

export type Document = {
  readonly file: string
  /** undefined when the text cannot be read. */
  readonly value: unknown
  /** What makes the text unreadable; the first thing only, as the rest follows from it. */
  readonly fault: WippyError | null
  /** The place of a value (of its key, when the value spans lines). */
  spot(path: readonly Key[]): Spot
  /** The places of everything below `path`, by dotted path relative to it. */
  spots(path: readonly Key[]): Map<string, Spot>
  /** An error at a value's place, with a code frame. */
  problem(code: string, path: readonly Key[], message: string, hint: string): WippyError
  /** The same at a known place. */
  problemAt(code: string, spot: Spot, message: string, hint: string): WippyError
}

const HINTS: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: 'Indent with spaces.',
  DUPLICATE_KEY: 'Remove one of the two, or rename it.',
  BLOCK_AS_IMPLICIT_KEY: 'If the text contains ": ", put it in quotes; if it is a key, check the indentation.',
  BAD_INDENT: 'Check the indentation and that every [ and { is closed.',
  MISSING_CHAR: 'Close the quote or bracket that is opened here.',
  MULTIPLE_DOCS: 'Keep one document per file: remove the line "---".',
}

// Go's YAML reads 0600 as octal, which is what a file mode means; YAML 1.2 alone would say six hundred.
const octal: ScalarTag = {
  tag: 'tag:yaml.org,2002:int',
  default: true,
  test: /^0[0-7]+$/,
  resolve: (text) => Number.parseInt(text, 8),
}

const large: ScalarTag = {
  tag: 'tag:yaml.org,2002:int',
  default: true,
  test: /^[-+]?[1-9]\d{15,18}$/,
  resolve: (text) => (Number.isSafeInteger(Number(text)) ? Number(text) : BigInt(text)),
}

/** The lines around a place, the place marked. */
export const codeFrame = (text: string, spot: Spot): string => {
  const lines = text.split(/\r?\n/)
  const first = Math.max(1, spot.line - 2)
  const last = Math.min(lines.length, spot.line + 1)
  const width = String(last).length
  const shown: string[] = []
  for (let line = first; line <= last; line++) {
    const content = lines[line - 1]!.slice(0, 160)
    shown.push(`${line === spot.line ? '>' : ' '} ${String(line).padStart(width)} | ${content}`.trimEnd())
    if (line === spot.line) shown.push(`  ${' '.repeat(width)} | ${' '.repeat(Math.min(160, spot.column - 1))}^`)
  }
  return shown.join('\n')
}

const start = (node: unknown): number | null => (isScalar(node) || isCollection(node) || isAlias(node) ? (node.range?.[0] ?? null) : null)

type Child = { readonly value: unknown; readonly at: number | null }

/** Each child of a collection by its key, with the offset people look at: the key's for maps and empty values, else the value's. */
const childrenOf = (node: unknown): ReadonlyMap<Key, Child> => {
  if (!isCollection(node)) return new Map()
  if (!isMap(node)) return new Map(node.items.map((value, key) => [key, { value, at: start(value) }]))
  return new Map(
    node.items.filter(isPair).map(({ key, value }) => {
      const name = isScalar(key) ? String(key.value) : String(key)
      const empty = isScalar(value) && value.value === null
      return [name, { value, at: isCollection(value) || empty ? start(key) : (start(value) ?? start(key)) }]
    }),
  )
}

/** Remembers children: lists may be long, and each item is looked for by itself. */
const rememberChildren = (): typeof childrenOf => {
  const known = new WeakMap<object, ReadonlyMap<Key, Child>>()
  return (node) => {
    if (typeof node !== 'object' || node === null) return childrenOf(node)
    const found = known.get(node) ?? childrenOf(node)
    known.set(node, found)
    return found
  }
}

/** Reads a text. Never throws: see `fault`. */
export const readDocument = (file: string, text: string): Document => {
  const counter = new LineCounter()
  const tree = parseDocument<Node>(text, {
    lineCounter: counter,
    merge: true,
    prettyErrors: false,
    logLevel: 'silent',
    customTags: (tags) => [octal, large, ...tags],
  })
  const children = rememberChildren()
  const find = (path: readonly Key[]): { node: unknown; at: number } => {
    let node: unknown = tree.contents
    let at = start(node) ?? 0
    for (const key of path) {
      const child = children(node).get(key)
      if (!child) break
      node = child.value
      at = child.at ?? at
    }
    return { node, at }
  }
  const place = (at: number): Spot => {
    const { line, col } = counter.linePos(Math.min(at, text.length))
    return { line: Math.max(1, line), column: Math.max(1, col) }
  }
  const raise = (code: string, spot: Spot, message: string, hint: string) =>
    new WippyError(code, Kind.Invalid, message, { where: { file, ...spot }, frame: codeFrame(text, spot), hint })

  let value: unknown
  let fault: WippyError | null = null
  const broken = tree.errors[0]
  if (broken) {
    const hint = HINTS[broken.code] ?? 'Put texts that contain : # { or [ in quotes.'
    fault = raise('YAML_INVALID', place(broken.pos[0]), `not readable as YAML: ${broken.message}`, hint)
  } else {
    try {
      value = tree.toJS()
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      fault = raise('YAML_INVALID', place(0), `not readable as YAML: ${reason}`, 'Put texts that begin with * or & in quotes.')
    }
  }

  const gather = (node: unknown, prefix: string, into: Map<string, Spot>) => {
    for (const [key, child] of children(node)) {
      const path = prefix === '' ? String(key) : `${prefix}.${key}`
      if (child.at !== null) into.set(path, place(child.at))
      gather(child.value, path, into)
    }
    return into
  }

  return {
    file,
    value,
    fault,
    spot: (path) => place(find(path).at),
    spots: (path) => gather(find(path).node, '', new Map()),
    problem: (code, path, message, hint) => raise(code, place(find(path).at), message, hint),
    problemAt: raise,
  }
}
