// Strings and numbers as they are written: where they end, whether they are well formed, what they mean.
//
// Scanners answer the offset behind the literal, or a Fault. They look at each character once.

import { isLineEnd } from './source.ts'

export type Fault = { readonly start: number; readonly end: number; readonly message: string; readonly hint?: string }

export const isDigit = (code: number): boolean => code >= 48 && code <= 57
const isHex = (code: number): boolean => isDigit(code) || ((code | 32) >= 97 && (code | 32) <= 102)
export const isWordStart = (code: number): boolean => ((code | 32) >= 97 && (code | 32) <= 122) || code === 95
export const isWord = (code: number): boolean => isWordStart(code) || isDigit(code)
export const isSpace = (code: number): boolean => code === 32 || (code >= 9 && code <= 13)

/** A numeral that starts at `start`: decimal or hexadecimal, with fraction and exponent. Letters and dots glued to it make it malformed. */
export const scanNumber = (text: string, start: number): number | Fault => {
  const hex = text.charCodeAt(start) === 48 && (text.charCodeAt(start + 1) | 32) === 120
  const exponent = hex ? 112 : 101
  const isPart = hex ? isHex : isDigit
  let at = hex ? start + 2 : start
  let digits = 0
  const run = () => {
    const from = at
    while (isPart(text.charCodeAt(at))) at++
    digits += at - from
  }
  run()
  if (text.charCodeAt(at) === 46) {
    at++
    run()
  }
  let good = digits > 0
  if (good && (text.charCodeAt(at) | 32) === exponent) {
    at++
    const sign = text.charCodeAt(at)
    if (sign === 43 || sign === 45) at++
    const from = at
    while (isDigit(text.charCodeAt(at))) at++
    good = at > from
  }
  const tail = at
  while (isWord(text.charCodeAt(at)) || text.charCodeAt(at) === 46) at++
  if (good && at === tail) return at
  const written = text.slice(start, at)
  const fault = { start, end: at, message: `malformed number '${written}'` }
  return written.includes('..') ? { ...fault, hint: "put a space between a number and '..'" } : fault
}

/** The number of `=` in a long bracket that opens at `start`, or -1 when none opens there. */
export const longBracket = (text: string, start: number): number => {
  let at = start + 1
  while (text.charCodeAt(at) === 61) at++
  return text.charCodeAt(at) === 91 ? at - start - 1 : -1
}

/** A long string or comment whose bracket, of a level from `longBracket`, opens at `start`. Answers -1 when it never closes. */
export const scanLong = (text: string, start: number, level: number): number => {
  const close = `]${'='.repeat(level)}]`
  const at = text.indexOf(close, start + level + 2)
  return at < 0 ? -1 : at + close.length
}

/** A string in quotes that opens at `start`. */
export const scanString = (text: string, start: number): number | Fault => {
  const quote = text.charCodeAt(start)
  let at = start + 1
  for (;;) {
    const code = text.charCodeAt(at)
    if (code === quote) return at + 1
    const ended = at >= text.length
    if (ended || isLineEnd(code)) {
      const message = `unfinished string: expected ${text.charAt(start)} before the end of the ${ended ? 'file' : 'line'}`
      return { start, end: at, message, hint: 'close it on this line, or write a long string between [[ and ]]' }
    }
    if (code !== 92) at++
    else {
      const next = scanEscape(text, at)
      if (typeof next !== 'number') return next
      at = next
    }
  }
}

const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  '"': '"',
  "'": "'",
}

/** The escape sequence whose backslash stands at `start`. */
const scanEscape = (text: string, start: number): number | Fault => {
  const letter = text.charAt(start + 1)
  const code = text.charCodeAt(start + 1)
  let at = start + 2
  const fault = (message: string, end = at + 1): Fault => ({ start, end, message })
  if (Object.hasOwn(SIMPLE_ESCAPES, letter)) return at
  if (isLineEnd(code)) return lineEndAfter(text, start + 1)
  if (letter === 'x') {
    if (!isHex(text.charCodeAt(at)) || !isHex(text.charCodeAt(at + 1))) return fault("expected two hexadecimal digits after '\\x'", at)
    return at + 2
  }
  if (letter === 'z') {
    while (isSpace(text.charCodeAt(at))) at++
    return at
  }
  if (isDigit(code)) {
    while (at < start + 4 && isDigit(text.charCodeAt(at))) at++
    return Number(text.slice(start + 1, at)) > 255 ? fault(`the escape '${text.slice(start, at)}' is more than 255`, at) : at
  }
  if (letter === 'u') {
    if (text.charAt(at) !== '{') return fault("expected '{' after '\\u'", at)
    const from = ++at
    while (isHex(text.charCodeAt(at))) at++
    if (at === from) return fault("expected hexadecimal digits after '\\u{'", at)
    if (text.charAt(at) !== '}') return fault("expected '}' to close '\\u{'", at)
    const value = text.slice(from, at).replace(/^0+/, '')
    return value.length > 8 || Number.parseInt(value || '0', 16) >= 2 ** 31 ? fault('the code point is too large', at) : at + 1
  }
  if (letter === '') return { start, end: at, message: 'unfinished string: expected its closing quote before the end of the file' }
  const hint = `write '\\\\${letter}' for a backslash followed by '${letter}'; patterns escape with '%${letter}'`
  return { start, end: at, message: `invalid escape sequence '\\${letter}'`, hint }
}

const lineEndAfter = (text: string, at: number): number => {
  const next = text.charCodeAt(at + 1)
  return isLineEnd(next) && next !== text.charCodeAt(at) ? at + 2 : at + 1
}

/** The value of a well-formed string literal. Escaped bytes become the character of that code. */
export const stringValue = (literal: string): string => {
  if (literal.startsWith('[')) return longText(literal)
  if (!literal.includes('\\')) return literal.slice(1, -1)
  let value = ''
  let at = 1
  while (at < literal.length - 1) {
    if (literal.charAt(at) !== '\\') {
      value += literal.charAt(at++)
      continue
    }
    const end = scanEscape(literal, at) as number
    const letter = literal.charAt(at + 1)
    if (isDigit(letter.charCodeAt(0))) value += String.fromCharCode(Number(literal.slice(at + 1, end)))
    else if (letter === 'x') value += String.fromCharCode(Number.parseInt(literal.slice(at + 2, end), 16))
    else if (letter === 'u') value += codePoint(Number.parseInt(literal.slice(at + 3, end - 1), 16))
    else if (isLineEnd(letter.charCodeAt(0))) value += '\n'
    else if (letter !== 'z') value += SIMPLE_ESCAPES[letter]
    at = end
  }
  return value
}

const codePoint = (value: number): string => String.fromCodePoint(value > 0x10ffff ? 0xfffd : value)

/** A string literal of the same value that has no line end in it. */
export const oneLine = (literal: string): string => {
  if (literal.startsWith('[')) {
    const escaped = longText(literal).replace(/[\\"\n\0]/g, (char) => (char === '\n' ? '\\n' : char === '\0' ? '\\000' : `\\${char}`))
    return `"${escaped}"`
  }
  if (!/[\r\n]/.test(literal)) return literal
  return literal.replace(/\\(z\s*|\r\n|\n\r|[\s\S])/g, (all, rest: string) => {
    if (rest.startsWith('z')) return '\\z '
    return isLineEnd(rest.charCodeAt(0)) ? '\\n' : all
  })
}

const longText = (literal: string): string => {
  const level = longBracket(literal, 0)
  const inner = literal.slice(level + 2, -level - 2).replace(/\r\n|\n\r|\r/g, '\n')
  return inner.startsWith('\n') ? inner.slice(1) : inner
}
