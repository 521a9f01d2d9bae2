// What stands between the delimiters of a template, as tokens.

import { templateInvalid } from './fault.ts'

export type Token = { readonly kind: 'name' | 'number' | 'text' | 'sign' | 'end'; readonly text: string; readonly line: number }

const PATTERN =
  /\s+|([A-Za-z_]\w*)|(\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|("(?:[^"\\]|\\[\s\S])*"|`[^`]*`)|(:=|==|!=|<=|>=|&&|\|\||[-+*/%!<>=?:()[\].,|;])/y
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '"': '"', '\\': '\\', "'": "'" }

const unquoted = (text: string): string =>
  text[0] === '`' ? text.slice(1, -1) : text.slice(1, -1).replace(/\\([\s\S])/g, (_, char: string) => ESCAPES[char] ?? char)

/** The tokens of one action, with an `end` behind them. Throws TEMPLATE_INVALID. */
export const tokensOf = (source: string, template: string, firstLine: number): Token[] => {
  const tokens: Token[] = []
  let line = firstLine
  let at = 0
  while (at < source.length) {
    PATTERN.lastIndex = at
    const match = PATTERN.exec(source)
    if (match === null) throw templateInvalid(template, line, `unexpected ${JSON.stringify(source[at])}`)
    const [whole, name, number, text, sign] = match
    if (name !== undefined) tokens.push({ kind: 'name', text: name, line })
    else if (number !== undefined) tokens.push({ kind: 'number', text: number, line })
    else if (text !== undefined) tokens.push({ kind: 'text', text: unquoted(text), line })
    else if (sign !== undefined) tokens.push({ kind: 'sign', text: sign, line })
    line += whole.split('\n').length - 1
    at = PATTERN.lastIndex
  }
  tokens.push({ kind: 'end', text: 'the end of the action', line })
  return tokens
}
