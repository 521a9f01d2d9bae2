// Text → tokens. Comments and spaces are dropped; every token keeps its offsets, so that what is dropped can be put back.
//
// A fault ends the list with a '<bad>' token: it is raised when the parser gets there, so that the first error in the text is the first reported.

import { type Fault, isDigit, isSpace, isWord, isWordStart, longBracket, scanLong, scanNumber, scanString } from './literal.ts'
import { isLineEnd, type Source } from './source.ts'
import { type Kind, kindOfWord, type Token } from './token.ts'

/** `fault` belongs to the last token when that is '<bad>'. */
export type Tokens = { readonly list: Token[]; readonly fault: Fault | undefined }

const symbols: readonly (readonly Kind[])[] = [
  ['...'],
  ['//', '<<', '>>', '==', '~=', '<=', '>=', '::', '..', '->'],
  ['+', '-', '*', '/', '%', '^', '#', '&', '~', '|', '<', '>', '=', '(', ')', '{', '}', '[', ']', ';', ':', ',', '.', '?', '!', '@'],
]
/** The symbols that begin with a character, longest first. */
const symbolsOf: readonly (readonly Kind[])[] = Array.from({ length: 128 }, (_, code) =>
  symbols.flat().filter((symbol) => symbol.charCodeAt(0) === code),
)

/** Splits a chunk, from offset `from` on, into tokens; the last is '<eof>' or '<bad>'. */
export const lex = (source: Source, from: number): Tokens => {
  const { text } = source
  const list: Token[] = []
  let at = from
  let line = 1

  const countLines = (end: number) => {
    while (line < source.lines && source.startOf(line + 1) <= end) line++
  }
  const push = (kind: Kind, end: number) => {
    list.push({ kind, text: text.slice(at, end), start: at, end, line })
    at = end
  }
  const bad = (fault: Fault): Tokens => {
    push('<bad>', Math.max(at + 1, fault.end))
    return { list, fault }
  }

  for (;;) {
    const code = text.charCodeAt(at)
    if (isSpace(code)) {
      at++
      if (isLineEnd(code)) countLines(at)
      continue
    }
    if (code === 45 && text.charCodeAt(at + 1) === 45) {
      const end = commentEnd(text, at)
      if (end < 0) return bad(unfinished('long comment', at, text))
      at = end
      countLines(at)
      continue
    }
    if (isWordStart(code)) {
      let end = at + 1
      while (isWord(text.charCodeAt(end))) end++
      push(kindOfWord(text.slice(at, end)), end)
      continue
    }
    if (isDigit(code) || (code === 46 && isDigit(text.charCodeAt(at + 1)))) {
      const end = scanNumber(text, at)
      if (typeof end !== 'number') return bad(end)
      push('<number>', end)
      continue
    }
    if (code === 34 || code === 39) {
      const end = scanString(text, at)
      if (typeof end !== 'number') return bad(end)
      push('<string>', end)
      countLines(at)
      continue
    }
    if (code === 91) {
      const level = longBracket(text, at)
      if (level >= 0) {
        const end = scanLong(text, at, level)
        if (end < 0) return bad(unfinished('long string', at, text))
        push('<string>', end)
        countLines(at)
        continue
      }
    }
    if (at >= text.length) {
      list.push({ kind: '<eof>', text: '', start: text.length, end: text.length, line: source.lines })
      return { list, fault: undefined }
    }
    if (code === 33 && text.charCodeAt(at + 1) === 61 && text.charCodeAt(at + 2) !== 61) {
      return bad({ start: at, end: at + 2, message: "unexpected '!='", hint: "Lua writes 'not equal' as '~='" })
    }
    const symbol = symbolAt(text, at, code)
    if (symbol === undefined) return bad(unexpected(text, at))
    push(symbol, at + symbol.length)
  }
}

const symbolAt = (text: string, at: number, code: number): Kind | undefined => {
  const choices = symbolsOf[code]
  if (choices) for (const symbol of choices) if (symbol.length === 1 || text.startsWith(symbol, at)) return symbol
  return undefined
}

/** The offset behind a comment that starts at `start`, or -1 when a long comment never closes. */
export const commentEnd = (text: string, start: number): number => {
  if (text.charCodeAt(start + 2) === 91) {
    const level = longBracket(text, start + 2)
    if (level >= 0) return scanLong(text, start + 2, level)
  }
  let at = start + 2
  while (at < text.length && !isLineEnd(text.charCodeAt(at))) at++
  return at
}

const unfinished = (what: string, start: number, text: string): Fault => {
  const open = text.indexOf('[', start)
  const level = longBracket(text, open)
  return { start, end: open + level + 2, message: `unfinished ${what}: expected ']${'='.repeat(level)}]' before the end of the file` }
}

const unexpected = (text: string, at: number): Fault => {
  const char = String.fromCodePoint(text.codePointAt(at)!)
  const code = char.codePointAt(0)!
  const shown = code < 32 || code === 127 ? `<\\${code}>` : `'${char}'`
  const fault = { start: at, end: at + char.length, message: `unexpected symbol ${shown}` }
  if (code > 127) return { ...fault, hint: 'names are made of ASCII letters, digits and underscores; other text belongs into a string' }
  return fault
}
