// The words of an expression: numbers, texts, names, and signs.

export type Token = {
  readonly kind: 'number' | 'text' | 'name' | 'sign' | 'end'
  /** A text without its quotes; everything else as it is written. */
  readonly text: string
  /** Characters before it. */
  readonly at: number
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' }
const WORD =
  /\s+|(?<number>\d[\d_]*(?:\.\d+)?(?:[eE][+-]?\d+)?)|(?<name>[A-Za-z_$][\w$]*)|(?<text>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`[^`]*`)|(?<sign>\*\*|\.\.|\?\.|\?\?|&&|\|\||[=!<>]=|[-+*/%^<>!?:.,;=#()[\]{}|])/y

const plain = (quoted: string): string => {
  const inner = quoted.slice(1, -1)
  return quoted.startsWith('`') ? inner : inner.replace(/\\(.)/g, (_, char: string) => ESCAPES[char] ?? char)
}

/** Throws a sentence (Error) about what is no word. The last token is the end. */
export const tokensOf = (source: string): readonly Token[] => {
  const tokens: Token[] = []
  const word = new RegExp(WORD)
  while (word.lastIndex < source.length) {
    const at = word.lastIndex
    const found = word.exec(source)
    if (!found) throw new Error(`"${source.slice(at, at + 10)}" at ${at + 1} means nothing`)
    const { number, name, text, sign } = found.groups!
    if (number !== undefined) tokens.push({ kind: 'number', text: number.replaceAll('_', ''), at })
    else if (name !== undefined) tokens.push({ kind: 'name', text: name, at })
    else if (text !== undefined) tokens.push({ kind: 'text', text: plain(text), at })
    else if (sign !== undefined) tokens.push({ kind: 'sign', text: sign, at })
  }
  return [...tokens, { kind: 'end', text: '', at: source.length }]
}
