// Patterns that are looked for in a tree.

import { Kind, WippyError } from '../error.ts'
import type { Grammars, Query } from './grammars.ts'
import type { Point, Source } from './syntax-source.ts'
import { endingAfter, type SyntaxTree } from './syntax-tree.ts'

const LONGEST_PATTERN = 64 * 1024 // characters
const DEEPEST_PATTERN = 100 // brackets: Tree-sitter reads them by recursion
const MOST_CAPTURES = 100_000

export type Search = {
  /** The number of the node that is searched. */
  readonly node: number
  readonly bytes: readonly [from: number, to: number] | null
  readonly points: readonly [from: Point, to: Point] | null
  /** 0: as many as there are. */
  readonly matchLimit: number
  readonly depth: number | null
  readonly timeoutMs: number
  readonly withoutPatterns: readonly number[]
  readonly withoutCaptures: readonly string[]
}

/** Matches as numbers: pattern, number of captures, and of each the number of its name and that of its node. */
export type Found = { readonly numbers: readonly number[]; readonly exceeded: boolean }

const refused = (message: string): WippyError => new WippyError('SYNTAX_PATTERN', Kind.Invalid, message, { retryable: false })

/** How many brackets are open at most; those in texts are counted too. */
const depthOf = (pattern: string): number => {
  let [depth, deepest] = [0, 0]
  for (const letter of pattern) {
    if (letter === '(' || letter === '[') deepest = Math.max(deepest, ++depth)
    else if (letter === ')' || letter === ']') depth = Math.max(0, depth - 1)
  }
  return deepest
}

/** Makes a query. Throws SYNTAX_LANGUAGE, SYNTAX_UNAVAILABLE, SYNTAX_PATTERN. */
export const queryOf = async (grammars: Grammars, name: string, pattern: string): Promise<Query> => {
  const [{ Query }, language] = await Promise.all([grammars.library(), grammars.language(name)])
  if (pattern.length > LONGEST_PATTERN) throw refused(`a pattern has at most ${LONGEST_PATTERN} characters`)
  if (depthOf(pattern) > DEEPEST_PATTERN) throw refused(`a pattern is nested at most ${DEEPEST_PATTERN} times`)
  try {
    return new Query(language, pattern)
  } catch (error) {
    throw (error as Error).name === 'QueryError' ? refused(`invalid pattern: ${(error as Error).message}`) : error
  }
}

const OPERATORS: Readonly<Record<string, { readonly type: number; readonly positive: boolean; readonly all: boolean }>> = {
  'eq?': { type: 1, positive: true, all: true },
  'not-eq?': { type: 1, positive: false, all: true },
  'any-eq?': { type: 1, positive: true, all: false },
  'any-not-eq?': { type: 1, positive: false, all: false },
  'match?': { type: 2, positive: true, all: true },
  'not-match?': { type: 2, positive: false, all: true },
  'any-match?': { type: 2, positive: true, all: false },
  'any-not-match?': { type: 2, positive: false, all: false },
  'any-of?': { type: 3, positive: true, all: true },
  'not-any-of?': { type: 3, positive: false, all: true },
}
const PREDICATE = /\(\s*#([\w-]+\?)\s+@([\w.-]+)((?:\s+(?:@[\w.-]+|"(?:[^"\\]|\\.)*"|[\w.-]+))*)\s*\)/g
const OPERAND = /@([\w.-]+)|"((?:[^"\\]|\\.)*)"|([\w.-]+)/g

/** The predicates on texts that a pattern is written with. Of type 0 when two captures are compared, else as in OPERATORS. */
const predicatesIn = (text: string, captureNames: readonly string[]): readonly unknown[] =>
  [...text.matchAll(PREDICATE)].flatMap(([, operator = '', capture = '', rest = '']) => {
    const known = OPERATORS[operator]
    if (!known) return []
    const operands = [...rest.matchAll(OPERAND)].map(([, other, quoted, plain]) => ({
      other,
      text: quoted?.replace(/\\(.)/g, '$1') ?? plain,
    }))
    const other = operands[0]?.other
    const value =
      other !== undefined ? captureNames.indexOf(other) : known.type === 3 ? operands.map(({ text }) => text) : operands[0]?.text
    const told = { capture_id: captureNames.indexOf(capture), positive: known.positive, match_all_nodes: known.all }
    return [{ type: other === undefined ? known.type : 0, value, ...told }]
  })

const propertiesIn = (properties: unknown, positive?: boolean): readonly unknown[] =>
  Object.entries((properties ?? {}) as Record<string, string | null>).map(([key, value]) => ({
    key,
    ...(value !== null && { value }),
    ...(positive !== undefined && { positive }),
  }))

/** What is known of a query, its patterns in order. */
export const describeQuery = (query: Query, pattern: string): unknown => {
  const { captureNames } = query
  const byteOf = (unit: number): number => Buffer.byteLength(pattern.slice(0, unit))
  const patterns = Array.from({ length: query.patternCount() }, (_, at) => {
    const [start, end] = [query.startIndexForPattern(at), query.endIndexForPattern(at)]
    return {
      ...{ start: byteOf(start), end: byteOf(end), rooted: query.isPatternRooted(at), non_local: query.isPatternNonLocal(at) },
      quantifiers: query.captureQuantifiers[at] ?? [],
      texts: predicatesIn(pattern.slice(start, end), captureNames),
      properties: [...propertiesIn(query.assertedProperties[at], true), ...propertiesIn(query.refutedProperties[at], false)],
      settings: propertiesIn(query.setProperties[at]),
    }
  })
  return { names: captureNames, patterns }
}

const optionsOf = (search: Search, source: Source) => {
  const { bytes, points, matchLimit, depth, timeoutMs } = search
  const spot = (point: Point) => source.spotOf(source.unitAt(source.byteAt(point)))
  return {
    ...(bytes && { startIndex: source.unitAt(bytes[0]), endIndex: source.unitAt(bytes[1]) }),
    ...(points && { startPosition: spot(points[0]), endPosition: spot(points[1]) }),
    ...(matchLimit > 0 && { matchLimit }),
    ...(depth !== null && { maxStartDepth: depth }),
    ...endingAfter(timeoutMs),
  }
}

const tooMany = (): WippyError =>
  new WippyError('SYNTAX_TOO_LARGE', Kind.Invalid, `there are more than ${MOST_CAPTURES} captures`, {
    retryable: false,
    hint: 'Search a part of the tree at a time.',
  })

/** Searches a tree: matches, or every capture as a match of its own, in the order of the text. Throws SYNTAX_TOO_LARGE. */
export const search = (query: Query, tree: SyntaxTree, how: 'matches' | 'captures', wanted: Search): Found => {
  for (const at of wanted.withoutPatterns) if (at < query.patternCount()) query.disablePattern(at)
  for (const name of wanted.withoutCaptures) query.disableCapture(name)
  const ids = new Map(query.captureNames.map((name, id) => [name, id]))
  const numbers: number[] = []
  let captures = 0
  const add = (
    pattern: number,
    found: readonly { readonly name: string; readonly node: Parameters<SyntaxTree['numberOf']>[0] }[],
  ): void => {
    captures += found.length
    if (captures > MOST_CAPTURES) throw tooMany()
    numbers.push(pattern, found.length)
    for (const { name, node } of found) numbers.push(ids.get(name) ?? 0, tree.numberOf(node))
  }
  const node = tree.nodeAt(wanted.node)
  const options = optionsOf(wanted, tree.source)
  if (how === 'matches') for (const match of query.matches(node, options)) add(match.patternIndex, match.captures)
  else for (const capture of query.captures(node, options)) add(capture.patternIndex, [capture])
  return { numbers, exceeded: query.didExceedMatchLimit() }
}
