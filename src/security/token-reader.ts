// Goes over the words of an expression, one at a time.

import { type Token, tokensOf } from './token.ts'

export class TokenReader {
  readonly #tokens: readonly Token[]
  #at = 0

  /** Throws a sentence (Error) about what is no word. */
  constructor(source: string) {
    this.#tokens = tokensOf(source)
  }

  /** The token it stands on. */
  get token(): Token {
    return this.#tokens[this.#at]!
  }

  /** Moves on by one token, and returns the one it stood on. */
  next(): Token {
    return this.#tokens[this.#at++]!
  }

  isSign(sign: string): boolean {
    return this.token.kind === 'sign' && this.token.text === sign
  }

  /** Moves on if it stands on this sign. */
  take(sign: string): boolean {
    const isThere = this.isSign(sign)
    if (isThere) this.#at++
    return isThere
  }

  /** Moves on if it stands on this name. */
  takeWord(word: string): boolean {
    const isThere = this.token.kind === 'name' && this.token.text === word
    if (isThere) this.#at++
    return isThere
  }

  /** Moves on from this sign; throws when it stands on anything else. */
  need(sign: string): void {
    if (!this.take(sign)) throw this.unexpected()
  }

  /** Moves on from a name and returns it; throws when it stands on anything else. */
  name(): string {
    if (this.token.kind !== 'name') throw this.unexpected()
    return this.next().text
  }

  /** What is wrong with the token it stands on. */
  unexpected(): Error {
    const { kind, text, at } = this.token
    return new Error(kind === 'end' ? 'the expression ends too early' : `"${text}" at ${at + 1} is not expected`)
  }
}
