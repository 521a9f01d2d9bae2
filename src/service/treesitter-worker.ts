// The thread of `treesitter`. Trees it has made lately it keeps: a tree is asked for again with every search in it.

import { Kind, WippyError } from '../error.ts'
import { decodeArguments, encodeAll } from '../msgpack.ts'
import { type Fields, isFields } from '../registry/entry.ts'
import { Grammars } from '../text/grammars.ts'
import { describeQuery, queryOf, type Search, search } from '../text/syntax-query.ts'
import type { Point } from '../text/syntax-source.ts'
import { type ParseOptions, parse, type Range, type SyntaxTree } from '../text/syntax-tree.ts'
import { doJobs } from './thread-program.ts'

export type SyntaxAsk = { readonly verb: string; readonly target: string; readonly raw: Uint8Array; readonly root: string }

const KEPT = 4

const invalid = (message: string): WippyError => new WippyError('SYNTAX_ARGUMENT', Kind.Invalid, message, { retryable: false })

const numberOf = (value: unknown): number => {
  if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return Math.min(Math.floor(value), 0xffffffff)
  throw invalid('positions and numbers are not negative')
}
const textOf = (value: unknown): string | Uint8Array => {
  if (typeof value === 'string' || value instanceof Uint8Array) return value
  throw invalid('code and patterns are texts')
}
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
const fieldsOf = (value: unknown): Fields => (isFields(value) ? value : {})
const pointOf = (value: unknown): Point => ({ row: numberOf(fieldsOf(value).row), column: numberOf(fieldsOf(value).column) })

const rangeOf = (value: unknown): Range => {
  const { start_byte, end_byte, start_point, end_point } = fieldsOf(value)
  const range = {
    start_byte: numberOf(start_byte),
    end_byte: numberOf(end_byte),
    start_point: pointOf(start_point),
    end_point: pointOf(end_point),
  }
  if (range.end_byte < range.start_byte) throw invalid('a range ends before it begins')
  return range
}

const parseOptions = (ranges: unknown, timeoutMs: unknown): ParseOptions => ({
  ranges: listOf(ranges).map(rangeOf),
  timeoutMs: numberOf(timeoutMs ?? 0),
})

const pairOf = <T>(value: unknown, read: (value: unknown) => T): readonly [T, T] | null =>
  Array.isArray(value) ? [read(value[0]), read(value[1])] : null

const searchOf = (value: unknown): Search => {
  const { node, bytes, points, match_limit, depth, timeout, patterns, captures } = fieldsOf(value)
  return {
    node: numberOf(node ?? 0),
    bytes: pairOf(bytes, numberOf),
    points: pairOf(points, pointOf),
    matchLimit: numberOf(match_limit ?? 0),
    depth: depth === undefined || depth === null ? null : numberOf(depth),
    timeoutMs: numberOf(timeout ?? 0),
    withoutPatterns: listOf(patterns).map(numberOf),
    withoutCaptures: listOf(captures).map(String),
  }
}

let grammars: Grammars | null = null
const trees = new Map<string, SyntaxTree>() // the one used last at the end

const treeOf = async (known: Grammars, name: string, [text, ranges, timeoutMs]: readonly unknown[]): Promise<SyntaxTree> => {
  const options = parseOptions(ranges, timeoutMs)
  const given = textOf(text)
  const content = typeof given === 'string' ? `s${given}` : `b${Buffer.from(given).toString('latin1')}`
  const key = JSON.stringify([known.nameOf(name), options.ranges]) + content
  const kept = trees.get(key)
  const tree = kept ?? (await parse(known, name, given, options))
  trees.delete(key)
  trees.set(key, tree)
  for (const [old, unused] of trees) {
    if (trees.size <= KEPT) break
    trees.delete(old)
    unused.delete()
  }
  return tree
}

/** Ranges in which two texts differ in their trees, the one before having been edited into the other. Both are taken byte by byte. */
const changes = async (known: Grammars, name: string, [before, edits, after]: readonly unknown[]): Promise<readonly unknown[]> => {
  const bytes = (value: unknown): Uint8Array => Buffer.from(textOf(value) as string)
  const whole = { ranges: [], timeoutMs: 0 }
  const { Edit, Parser } = await known.library()
  const old = await parse(known, name, bytes(before), whole)
  for (const edit of listOf(edits).map(fieldsOf)) {
    const at = (which: string) => ({ row: numberOf(edit[`${which}_row`]), column: numberOf(edit[`${which}_column`]) })
    old.tree.edit(
      new Edit({
        ...{ startIndex: numberOf(edit.start_byte), oldEndIndex: numberOf(edit.old_end_byte), newEndIndex: numberOf(edit.new_end_byte) },
        ...{ startPosition: at('start'), oldEndPosition: at('old_end'), newEndPosition: at('new_end') },
      }),
    )
  }
  const parser = new Parser()
  parser.setLanguage(old.language)
  const next = parser.parse(Buffer.from(bytes(after)).toString('latin1'), old.tree)!
  const found = old.tree.getChangedRanges(next).map(({ startIndex, endIndex, startPosition, endPosition }) => ({
    ...{ start_byte: startIndex, end_byte: endIndex, start_point: startPosition, end_point: endPosition },
  }))
  for (const one of [old, next, parser]) one.delete()
  return found
}

const describe = async (known: Grammars, name: string): Promise<Fields> => {
  const language = await known.language(name)
  const kinds = Array.from({ length: language.nodeTypeCount }, (_, id) => language.nodeTypeForId(id) ?? '')
  return {
    ...{ name: known.nameOf(name), version: language.abiVersion, states: language.stateCount, kinds },
    named: kinds.map((_, id) => language.nodeTypeIsNamed(id)),
    fields: Array.from({ length: language.fieldCount }, (_, id) => language.fieldNameForId(id + 1) ?? ''),
  }
}

const perform: Readonly<Record<string, (known: Grammars, name: string, args: readonly unknown[]) => Promise<readonly unknown[]>>> = {
  languages: async (known) => [known.names()],
  language: async (known, name) => [await describe(known, name)],
  parse: async (known, name, args) => [(await treeOf(known, name, args)).bytes],
  sexp: async (known, name, args) => [(await treeOf(known, name, args)).expression(numberOf(args[3]))],
  changes: async (known, name, args) => [await changes(known, name, args)],
  query: async (known, name, [given, step]) => {
    const pattern = String(textOf(given))
    const query = await queryOf(known, name, pattern)
    const told = step === undefined || step === null ? describeQuery(query, pattern) : query.isPatternGuaranteedAtStep(numberOf(step))
    query.delete()
    return [told]
  },
  search: async (known, name, [given, how, wanted, ...args]) => {
    const query = await queryOf(known, name, String(textOf(given)))
    try {
      const { numbers, exceeded } = search(
        query,
        await treeOf(known, name, args),
        how === 'matches' ? 'matches' : 'captures',
        searchOf(wanted),
      )
      return [numbers, exceeded]
    } finally {
      query.delete()
    }
  },
}

/** What Tree-sitter refuses of an argument. What may have broken it ends the thread. */
const refusal = (error: unknown): unknown => (error instanceof Error && error.constructor === Error ? invalid(error.message) : error)

doJobs(async ({ verb, target, raw, root }: SyntaxAsk): Promise<Uint8Array> => {
  grammars ??= new Grammars(root)
  if (!Object.hasOwn(perform, verb)) throw new WippyError('OPERATION_UNKNOWN', Kind.Unavailable, `this node has no operation ${verb}`)
  try {
    return encodeAll(await perform[verb]!(grammars, target, decodeArguments(raw)))
  } catch (error) {
    throw refusal(error)
  }
})
