// Long texts in pieces of about a size: by the first separator that occurs, what is still too long by the next one. As langchain does it.

import { invalid, stringOf, type TextOperation } from './operation.ts'

const MOST_SEPARATORS = 100
const SEPARATORS: readonly string[] = ['\n\n', '\n', ' ', '']

export type SplitOptions = {
  /** Characters of a piece. */
  readonly size: number
  /** Characters that a piece may repeat of the one before. */
  readonly overlap: number
  readonly separators: readonly string[]
  readonly keepSeparator: boolean
}

/** How many characters, not UTF-16 units. */
export const lengthOf = (text: string): number => text.length - (text.match(/[\ud800-\udbff]/g)?.length ?? 0)

const count = (value: unknown, name: string, least: number, usual: number): number => {
  if (value === undefined || value === null) return usual
  if (typeof value === 'number' && Number.isInteger(value) && value >= least) return value
  throw invalid(`${name} is a whole number, ${least} or more`)
}

/** Throws TEXT_ARGUMENT. */
export const splitOptionsOf = (given: unknown): SplitOptions => {
  const { chunk_size: size, chunk_overlap: overlap, separators, keep_separator: keep } = (given ?? {}) as Record<string, unknown>
  const listed = Array.isArray(separators) ? separators.map(stringOf) : []
  if (listed.length > MOST_SEPARATORS) throw invalid(`there are at most ${MOST_SEPARATORS} separators`)
  return {
    size: count(size, 'chunk_size', 1, 4000),
    overlap: count(overlap, 'chunk_overlap', 0, 200),
    separators: listed.length > 0 ? listed : SEPARATORS,
    keepSeparator: keep === true,
  }
}

/** Joins parts to pieces that are as long as they may be. */
const merge = (parts: readonly string[], separator: string, { size, overlap }: SplitOptions): string[] => {
  const pieces: string[] = []
  const between = lengthOf(separator)
  const lengths = parts.map(lengthOf)
  let [from, total] = [0, 0] // of the piece that is being made
  const close = (to: number): void => {
    const piece = parts.slice(from, to).join(separator).trim()
    if (piece !== '') pieces.push(piece)
  }
  parts.forEach((_, at) => {
    const length = lengths[at]!
    if (at > from && total + length + between > size) {
      close(at)
      while (from < at && (total > overlap || (total > 0 && total + length + (at - from > 1 ? between : 0) > size))) {
        total -= lengths[from]! + (at - from > 1 ? between : 0)
        from++
      }
    }
    total += length + (at > from ? between : 0)
  })
  close(parts.length)
  return pieces
}

/** The pieces of a text. */
export const splitText = (text: string, options: SplitOptions): string[] => {
  const { size, separators, keepSeparator } = options
  const found = separators.findIndex((separator) => separator === '' || text.includes(separator))
  const separator = separators[found] ?? separators.at(-1)!
  const finer = found < 0 ? [] : separators.slice(found + 1)
  const bare = separator === '' ? [...text] : text.split(separator)
  const parts = keepSeparator ? bare.map((part, at) => (at > 0 ? separator + part : part)) : bare
  const between = keepSeparator ? '' : separator
  const pieces: string[] = []
  let short: string[] = []
  const flush = (): void => {
    if (short.length > 0) for (const piece of merge(short, between, options)) pieces.push(piece)
    short = []
  }
  for (const part of parts) {
    if (lengthOf(part) < size) {
      short.push(part)
      continue
    }
    flush()
    if (finer.length === 0) pieces.push(part)
    else for (const piece of splitText(part, { ...options, separators: finer })) pieces.push(piece)
  }
  flush()
  return pieces
}

export const splitterOperations: Readonly<Record<string, TextOperation>> = {
  recursive: (_, [options, text]) => [splitText(stringOf(text), splitOptionsOf(options))],
}
