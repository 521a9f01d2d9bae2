// The words of the language. A token's kind is its own text for reserved words and symbols, so that a grammar rule reads as the syntax it
// parses; names, strings and numbers carry a bracketed kind. `as`, `type`, `readonly` … are names here: only the parser gives them meaning.

const RESERVED = [
  'and',
  'break',
  'do',
  'else',
  'elseif',
  'end',
  'false',
  'for',
  'function',
  'goto',
  'if',
  'in',
  'local',
  'nil',
  'not',
  'or',
  'repeat',
  'return',
  'then',
  'true',
  'until',
  'while',
] as const

type Symbol1 = '+' | '-' | '*' | '/' | '%' | '^' | '#' | '&' | '~' | '|' | '<' | '>' | '=' | '(' | ')' | '{' | '}' | '[' | ']'
type Symbol2 = ';' | ':' | ',' | '.' | '//' | '<<' | '>>' | '==' | '~=' | '<=' | '>=' | '::' | '..' | '...'
type TypeSymbol = '->' | '?' | '!' | '@'

export type Reserved = (typeof RESERVED)[number]
export type Kind = Reserved | Symbol1 | Symbol2 | TypeSymbol | '<name>' | '<string>' | '<number>' | '<eof>' | '<bad>'

/** `start` and `end` are offsets into the source text, `line` counts from 1. */
export type Token = { readonly kind: Kind; readonly text: string; readonly start: number; readonly end: number; readonly line: number }

const reserved: ReadonlySet<string> = new Set(RESERVED)

/** The kind of a word: itself when reserved, a name otherwise. */
export const kindOfWord = (word: string): Kind => (reserved.has(word) ? (word as Reserved) : '<name>')

export const isReserved = (token: Token): boolean => reserved.has(token.kind)

/** How a token is called in a message. */
export const nameOf = (token: Token): string => {
  if (token.kind === '<eof>') return 'end of file'
  if (token.kind !== '<string>') return `'${token.text}'`
  const newline = token.text.search(/[\r\n]/)
  const shown = newline < 0 ? token.text : token.text.slice(0, newline)
  return `string ${shown.length < token.text.length || shown.length > 30 ? `${shown.slice(0, 27)}...` : shown}`
}
