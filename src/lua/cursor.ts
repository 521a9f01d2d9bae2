// The parser's place in the tokens: look, take, demand, and say what was found instead.
//
// Depth is bounded as in Lua (200 levels in its C code): a little less, so that what parses here is never refused there for being deep.

import type { Chunk } from './ast.ts'
import { syntaxError } from './diagnostics.ts'
import { lex, type Tokens } from './lexer.ts'
import { Scope } from './scope.ts'
import type { Source } from './source.ts'
import { type Kind, nameOf, type Token } from './token.ts'

const MAX_DEPTH = 190

export class Cursor {
  readonly source: Source
  readonly scope: Scope
  readonly #tokens: Tokens
  #at = 0
  #last: Token | undefined
  #depth = 0

  constructor(source: Source, prelude: Chunk['prelude']) {
    this.source = source
    this.#tokens = lex(source, prelude)
    this.scope = new Scope((token, message, hint) => this.fail(message, token, hint))
  }

  get token(): Token {
    return this.#tokens.list[this.#at]!
  }

  /** The token `offset` further on; past the end it is the last one. */
  peek(offset = 1): Token {
    return this.#tokens.list[this.#at + offset] ?? this.#tokens.list.at(-1)!
  }

  /** Where the last taken token ended. */
  get end(): number {
    return this.#last?.end ?? 0
  }

  /** Whether the token stands on the line where the last taken one ended. */
  get sameLine(): boolean {
    return this.source.place(this.end).line === this.token.line
  }

  is(kind: Kind): boolean {
    return this.token.kind === kind
  }

  /** Whether the token is this name: a word with a meaning only here, such as `as`. */
  isWord(word: string): boolean {
    return this.token.kind === '<name>' && this.token.text === word
  }

  take(): Token {
    const token = this.token
    if (token.kind === '<bad>') this.fail('')
    if (token.kind !== '<eof>') this.#at++
    this.#last = token
    return token
  }

  accept(kind: Kind): boolean {
    if (this.token.kind !== kind) return false
    this.take()
    return true
  }

  /** Takes a token of this kind; `what` names it in the message if its text does not. */
  expect(kind: Kind, what = `'${kind}'`): Token {
    return this.is(kind) ? this.take() : this.failExpected(what)
  }

  /** Takes the partner of an opening token. */
  close(kind: Kind, opening: Token, hint?: string): Token {
    if (this.is(kind)) return this.take()
    const where = opening.line === this.token.line ? '' : ` at line ${opening.line}`
    return this.failExpected(`'${kind}' to close '${opening.text}'${where}`, hint)
  }

  /** One item or more, with commas between. */
  list<Item>(item: () => Item): Item[] {
    const items = [item()]
    while (this.accept(',')) items.push(item())
    return items
  }

  /** Takes a '>'; of '>>' and '>=' only the first character. */
  closeAngle(opening: Token): Token {
    const { kind, start, end, line } = this.token
    if (kind !== '>>' && kind !== '>=') return this.close('>', opening)
    const rest = kind === '>>' ? '>' : '='
    this.#tokens.list[this.#at] = { kind: rest, text: rest, start: start + 1, end, line }
    this.#last = { kind: '>', text: '>', start, end: start + 1, line }
    return this.#last
  }

  failExpected(what: string, hint?: string): never {
    this.fail(`expected ${what}, found ${nameOf(this.token)}`, this.token, hint)
  }

  /** Raises a syntax error at a token. What the lexer has to say about a bad token comes first. */
  fail(message: string, at: Token = this.token, hint?: string): never {
    const { fault } = this.#tokens
    if (at.kind === '<bad>' && fault) throw syntaxError(this.source, fault.start, fault.end, fault.message, fault.hint)
    throw syntaxError(this.source, at.start, at.end, message, hint)
  }

  /** Counts a level of nesting; every call has its `leave`. */
  enter(levels = 1): void {
    this.#depth += levels
    if (this.#depth > MAX_DEPTH) this.fail(`nested too deeply: more than ${MAX_DEPTH} levels`, this.token, 'take a part out into a local')
  }

  leave(levels = 1): void {
    this.#depth -= levels
  }
}
