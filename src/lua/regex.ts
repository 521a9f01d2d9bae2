// The regular expressions of `@pattern`, as a tree: Go's syntax without Unicode classes and captures.
//
//   alternatives a|b, groups (…) (?:…) (?P<n>…), flags (?i) (?m) (?s) at the front or for a group, quantifiers * + ? {n} {n,} {n,m} and
//   their lazy forms, . [a-z] [^…] [[:alpha:]] \d \w \s \D \W \S, anchors ^ $ \A \z \b \B, escapes \n \t \r \f \v \a \xHH \x{H…}

/** What an assertion looks at: the text's ends, a line's ends, the edge of a word. */
const Assert = { textStart: 1, textEnd: 2, lineStart: 3, lineEnd: 4, boundary: 5, noBoundary: 6 } as const

const MAX_REPEAT = 1000
const LONGEST = 65_536 // characters
const MAX_NESTING = 50
const LONGEST_COUNTS = '{1000,1000}'.length
const LAST = 0x10ffff

/** Inclusive ranges of code points. */
type Ranges = readonly (readonly [low: number, high: number])[]
export type RegexNode =
  | { readonly kind: 'set'; readonly ranges: Ranges }
  | { readonly kind: 'assert'; readonly what: number }
  | { readonly kind: 'sequence' | 'choice'; readonly nodes: readonly RegexNode[] }
  | { readonly kind: 'repeat'; readonly node: RegexNode; readonly min: number; readonly max: number }
type Flags = { readonly i: boolean; readonly m: boolean; readonly s: boolean }

const CLASSES: Readonly<Record<string, Ranges>> = {
  d: [[48, 57]],
  w: [
    [48, 57],
    [65, 90],
    [95, 95],
    [97, 122],
  ],
  s: [
    [9, 10],
    [12, 13],
    [32, 32],
  ],
}
const NAMED: Readonly<Record<string, string>> = {
  alnum: '09AZaz',
  alpha: 'AZaz',
  ascii: '\0\x7f',
  blank: '  \t\t',
  cntrl: '\0\x1f\x7f\x7f',
  digit: '09',
  graph: '!~',
  lower: 'az',
  print: ' ~',
  punct: '!/:@[`{~',
  space: '\t\r  ',
  upper: 'AZ',
  word: '09AZ__az',
  xdigit: '09AFaf',
}
const ESCAPES: Readonly<Record<string, number>> = { n: 10, t: 9, r: 13, f: 12, v: 11, a: 7 }
const ANCHORS: Readonly<Record<string, number>> = { A: Assert.textStart, z: Assert.textEnd, b: Assert.boundary, B: Assert.noBoundary }

/** One sentence: why a text is no regular expression. */
export class RegexFault extends Error {}

/** Parses a regular expression; throws a RegexFault. */
export const parseRegex = (source: string): RegexNode => {
  if (source.length > LONGEST) throw new RegexFault(`it is longer than ${LONGEST} characters`)
  return new RegexParser(source).parse()
}

class RegexParser {
  readonly #chars: readonly string[]
  #at = 0
  #depth = 0

  constructor(source: string) {
    this.#chars = [...source]
  }

  parse(): RegexNode {
    const node = this.#choice({ i: false, m: false, s: false })
    if (this.#at < this.#chars.length) throw new RegexFault("a ')' has no '('")
    return node
  }

  #peek(text: string): boolean {
    for (let i = 0; i < text.length; i++) if (this.#chars[this.#at + i] !== text[i]) return false
    return true
  }

  #accept(text: string): boolean {
    if (!this.#peek(text)) return false
    this.#at += text.length
    return true
  }

  #next(where: string): string {
    const char = this.#chars[this.#at++]
    if (char === undefined) throw new RegexFault(`it ends inside ${where}`)
    return char
  }

  #choice(outer: Flags): RegexNode {
    if (++this.#depth > MAX_NESTING) throw new RegexFault(`its groups are nested more than ${MAX_NESTING} deep`)
    let flags = outer
    const nodes: RegexNode[] = []
    do {
      const sequence: RegexNode[] = []
      while (this.#at < this.#chars.length && !this.#peek('|') && !this.#peek(')')) {
        const set = this.#flagsOnly(flags)
        if (set) flags = set
        else sequence.push(this.#quantified(flags))
      }
      nodes.push({ kind: 'sequence', nodes: sequence })
    } while (this.#accept('|'))
    this.#depth--
    return nodes.length === 1 ? nodes[0]! : { kind: 'choice', nodes }
  }

  /** `(?i)`: flags for the rest of the group. */
  #flagsOnly(flags: Flags): Flags | undefined {
    const from = this.#at
    if (!this.#accept('(?')) return undefined
    const set = this.#flags(flags)
    if (set && this.#accept(')')) return set
    this.#at = from
    return undefined
  }

  #flags(flags: Flags): Flags | undefined {
    const set = { ...flags }
    let on = true
    for (;;) {
      const char = this.#chars[this.#at]
      if (char === '-' && on) on = false
      else if (char === 'i' || char === 'm' || char === 's') set[char] = on
      else if (char !== 'U') return set
      this.#at++
    }
  }

  #quantified(flags: Flags): RegexNode {
    const node = this.#atom(flags)
    const counts = this.#quantifier()
    if (!counts) return node
    this.#accept('?')
    if (this.#quantifier()) throw new RegexFault('a quantifier follows a quantifier')
    return { kind: 'repeat', node, min: counts[0], max: counts[1] }
  }

  #quantifier(): [min: number, max: number] | undefined {
    if (this.#accept('*')) return [0, Number.POSITIVE_INFINITY]
    if (this.#accept('+')) return [1, Number.POSITIVE_INFINITY]
    if (this.#accept('?')) return [0, 1]
    return this.#counts()
  }

  /** `{n}`, `{n,}` or `{n,m}`; anything else in braces is plain text. */
  #counts(): [number, number] | undefined {
    if (!this.#peek('{')) return undefined
    const found = /^\{(\d{1,4})(?:(,)(\d{1,4})?)?\}/.exec(this.#chars.slice(this.#at, this.#at + LONGEST_COUNTS).join(''))
    if (!found) return undefined
    this.#at += found[0].length
    const min = Number(found[1])
    const max = found[3] !== undefined ? Number(found[3]) : found[2] ? Number.POSITIVE_INFINITY : min
    const most = max === Number.POSITIVE_INFINITY ? min : max
    if (most > MAX_REPEAT || min > most) throw new RegexFault(`the count ${found[0]} is out of bounds (at most ${MAX_REPEAT})`)
    return [min, max]
  }

  #atom(flags: Flags): RegexNode {
    if (this.#quantifier()) throw new RegexFault('a quantifier has nothing to repeat')
    const char = this.#next('an expression')
    switch (char) {
      case '(':
        return this.#group(flags)
      case '[':
        return { kind: 'set', ranges: this.#bracket(flags) }
      case '.':
        return { kind: 'set', ranges: flags.s ? [[0, LAST]] : inverse([[10, 10]]) }
      case '^':
        return { kind: 'assert', what: flags.m ? Assert.lineStart : Assert.textStart }
      case '$':
        return { kind: 'assert', what: flags.m ? Assert.lineEnd : Assert.textEnd }
      case '\\': {
        const anchor = this.#chars[this.#at]
        if (anchor === undefined || !Object.hasOwn(ANCHORS, anchor)) return { kind: 'set', ranges: folded(this.#escape(), flags) }
        this.#at++
        return { kind: 'assert', what: ANCHORS[anchor]! }
      }
      default:
        return { kind: 'set', ranges: folded(single(char.codePointAt(0)!), flags) }
    }
  }

  #group(outer: Flags): RegexNode {
    let flags = outer
    if (this.#accept('?P<') || this.#accept('?<')) while (this.#next('the name of a group') !== '>');
    else if (this.#accept('?')) {
      flags = this.#flags(outer) ?? outer
      if (!this.#accept(':')) throw new RegexFault("a group that begins with '(?' is not known: there is (?:…), (?i:…) and (?P<name>…)")
    }
    const node = this.#choice(flags)
    if (!this.#accept(')')) throw new RegexFault("a '(' is not closed")
    return node
  }

  #escape(): Ranges {
    const char = this.#next("an escape ('\\')")
    const lower = char.toLowerCase()
    if (Object.hasOwn(CLASSES, lower)) return lower === char ? CLASSES[char]! : inverse(CLASSES[lower]!)
    if (Object.hasOwn(ESCAPES, char)) return single(ESCAPES[char]!)
    if (char === 'x') {
      const digits = this.#accept('{') ? this.#until('}') : this.#next('\\x') + this.#next('\\x')
      const value = /^[0-9a-fA-F]{1,6}$/.test(digits) ? Number.parseInt(digits, 16) : LAST + 1
      if (value > LAST) throw new RegexFault(`'\\x' needs hexadecimal digits, not '${digits}'`)
      return single(value)
    }
    if (/[A-Za-z0-9]/.test(char)) throw new RegexFault(`the escape '\\${char}' is not supported`)
    return single(char.codePointAt(0)!)
  }

  #until(end: string): string {
    let text = ''
    for (let char = this.#next('braces'); char !== end; char = this.#next('braces')) text += char
    return text
  }

  #bracket(flags: Flags): Ranges {
    const negated = this.#accept('^')
    const ranges: (readonly [number, number])[] = []
    for (let first = true; first || !this.#peek(']'); first = false) {
      if (this.#accept('[:')) {
        const name = this.#until(']').slice(0, -1)
        const bounds = NAMED[name]
        if (bounds === undefined) throw new RegexFault(`the class '[:${name}:]' is not known`)
        for (let at = 0; at < bounds.length; at += 2) ranges.push([bounds.charCodeAt(at), bounds.charCodeAt(at + 1)])
        continue
      }
      const low = this.#bracketItem()
      const [only] = low
      if (low.length !== 1 || only![0] !== only![1] || !this.#peek('-') || this.#chars[this.#at + 1] === ']') {
        ranges.push(...low)
        continue
      }
      this.#at++
      const [high] = this.#bracketItem()
      if (only![0] > high![1]) throw new RegexFault('a range in brackets runs backwards')
      ranges.push([only![0], high![1]])
    }
    this.#at++
    const set = folded(ranges, flags)
    return negated ? inverse(set) : set
  }

  #bracketItem(): Ranges {
    const char = this.#next('brackets')
    return char === '\\' ? this.#escape() : single(char.codePointAt(0)!)
  }
}

const single = (code: number): Ranges => [[code, code]]

const inverse = (ranges: Ranges): Ranges => {
  const gaps: [number, number][] = []
  let next = 0
  for (const [low, high] of [...ranges].sort((a, b) => a[0] - b[0])) {
    if (low > next) gaps.push([next, low - 1])
    next = Math.max(next, high + 1)
  }
  return next <= LAST ? [...gaps, [next, LAST]] : gaps
}

/** With the flag i: the ASCII letters of the other case as well. */
const folded = (ranges: Ranges, flags: Flags): Ranges => {
  if (!flags.i) return ranges
  const more: (readonly [number, number])[] = [...ranges]
  for (const [low, high] of ranges) {
    for (const [from, to, shift] of [
      [65, 90, 32],
      [97, 122, -32],
    ] as const) {
      if (low <= to && high >= from) more.push([Math.max(low, from) + shift, Math.min(high, to) + shift])
    }
  }
  return more
}
