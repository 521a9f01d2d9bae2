// Regular expressions in the syntax of RE2, over the bytes of a text: the time they take is linear in its length.
//
// Matches, expansion of replacements and splitting are those of Go's package regexp.

import { RE2JS } from 're2js'
import { Kind, WippyError } from '../error.ts'
import { bytesOf, invalid, stringOf, Tally, type TextOperation } from './operation.ts'

const KEPT = 200 // compiled expressions; the least recently used is dropped
const LONGEST = 16 * 1024

type Groups = readonly (readonly [start: number, end: number])[]

const compiled = new Map<string, RE2JS>() // in order of last use

const fresh = (pattern: string): RE2JS => {
  if (pattern.length > LONGEST) throw invalid(`a regular expression has at most ${LONGEST} characters`)
  try {
    return RE2JS.compile(pattern)
  } catch (cause) {
    throw new WippyError('TEXT_REGEXP', Kind.Invalid, `regex compile error: ${(cause as Error).message}`, { retryable: false, cause })
  }
}

/** Throws TEXT_REGEXP for what is no regular expression. */
export const expressionOf = (pattern: string): RE2JS => {
  const expression = compiled.get(pattern) ?? fresh(pattern)
  compiled.delete(pattern)
  compiled.set(pattern, expression)
  if (compiled.size > KEPT) compiled.delete(compiled.keys().next().value!)
  return expression
}

/** All matches, at most `most`; an empty one right behind another is none. */
function* matches(expression: RE2JS, text: Uint8Array, most = Number.POSITIVE_INFINITY): Generator<Groups> {
  const matcher = expression.matcher(text)
  const groups = matcher.groupCount() + 1
  for (let count = 0, last = -1; count < most && matcher.find(); ) {
    const [start, end] = [matcher.start(), matcher.end()]
    if (start === end && start === last) continue
    yield Array.from({ length: groups }, (_, group) => [matcher.start(group), matcher.end(group)] as const)
    last = end
    count++
  }
}

const first = (pattern: string, text: Uint8Array): Groups | undefined => matches(expressionOf(pattern), text, 1).next().value ?? undefined

/** A group that took part in no match is empty. */
const partOf = (text: Uint8Array, [start, end]: Groups[number]): Uint8Array => text.subarray(Math.max(start, 0), Math.max(end, 0))

/** Of a match, counted from 1, the end included. */
const placeOf = ([[start, end] = [0, 0]]: Groups): readonly [number, number] => [start + 1, end]

/** The names of groups by their numbers; '' for those without, as for the whole. */
const namesOf = (expression: RE2JS): string[] => {
  const names = Array<string>(expression.groupCount() + 1).fill('')
  for (const [name, group] of Object.entries(expression.namedGroups())) names[group] = name
  return names
}

/** A replacement as pieces: bytes, or the number of a group. `$name` takes as many letters as there are; `$$` is a dollar. */
const templateOf = (replacement: string, expression: RE2JS): (Uint8Array | number)[] => {
  const names = namesOf(expression)
  const pieces: (Uint8Array | number)[] = []
  let at = 0
  for (const found of replacement.matchAll(/\$(?:\$|(\w+)|\{(\w+)\})/g)) {
    pieces.push(Buffer.from(replacement.slice(at, found.index)))
    at = found.index + found[0].length
    const name = found[1] ?? found[2]
    const group = name === undefined ? -1 : /^\d+$/.test(name) ? Number(name) : names.indexOf(name)
    if (name === undefined) pieces.push(Buffer.from('$'))
    else if (group >= 0 && group < names.length) pieces.push(group)
  }
  pieces.push(Buffer.from(replacement.slice(at)))
  return pieces
}

const replace = (pattern: string, text: Uint8Array, replacement: string): Uint8Array => {
  const expression = expressionOf(pattern)
  const template = templateOf(replacement, expression)
  const tally = new Tally()
  const pieces: Uint8Array[] = []
  let at = 0
  for (const groups of matches(expression, text)) {
    const [start, end] = groups[0]!
    pieces.push(tally.take(text.subarray(at, start)))
    for (const piece of template) pieces.push(tally.take(typeof piece === 'number' ? partOf(text, groups[piece]!) : piece))
    at = end
  }
  pieces.push(tally.take(text.subarray(at)))
  return Buffer.concat(pieces)
}

const split = (pattern: string, text: Uint8Array, most: number): Uint8Array[] => {
  if (most === 0) return []
  if (pattern !== '' && text.length === 0) return [text]
  const parts: Uint8Array[] = []
  let [from, to] = [0, 0]
  for (const [place] of matches(expressionOf(pattern), text, most > 0 ? most : undefined)) {
    if (parts.length === most - 1) break
    to = place![0]
    if (place![1] !== 0) parts.push(text.subarray(from, to))
    from = place![1]
  }
  if (to !== text.length) parts.push(text.subarray(from))
  return parts
}

/** By the method of a Regexp; the target is its pattern. */
export const regexpOperations: Readonly<Record<string, TextOperation>> = {
  compile: (pattern) => [namesOf(expressionOf(pattern))],
  match_string: (pattern, [text]) => [first(pattern, bytesOf(text)) !== undefined],
  find_string: (pattern, [given]) => {
    const text = bytesOf(given)
    const found = first(pattern, text)
    return [found === undefined || found[0]![0] === found[0]![1] ? null : partOf(text, found[0]!)]
  },
  find_all_string: (pattern, [given]) => {
    const text = bytesOf(given)
    return [Array.from(matches(expressionOf(pattern), text), ([whole]) => partOf(text, whole!))]
  },
  find_string_submatch: (pattern, [given]) => {
    const text = bytesOf(given)
    const tally = new Tally()
    return [first(pattern, text)?.map((group) => tally.take(partOf(text, group))) ?? null]
  },
  find_all_string_submatch: (pattern, [given]) => {
    const text = bytesOf(given)
    const tally = new Tally()
    return [Array.from(matches(expressionOf(pattern), text), (groups) => groups.map((group) => tally.take(partOf(text, group))))]
  },
  find_string_index: (pattern, [text]) => {
    const found = first(pattern, bytesOf(text))
    return [found === undefined ? null : placeOf(found)]
  },
  find_all_string_index: (pattern, [text]) => {
    const places = Array.from(matches(expressionOf(pattern), bytesOf(text)), placeOf)
    return [places.length === 0 ? null : places]
  },
  replace_all_string: (pattern, [text, replacement]) => [replace(pattern, bytesOf(text), stringOf(replacement))],
  split: (pattern, [text, most]) => [split(pattern, bytesOf(text), typeof most === 'number' ? most : -1)],
}
