// Expressions of a template: operators by how tightly they bind, calls, pipes, fields.

import { templateInvalid } from './fault.ts'
import type { Expression } from './node.ts'
import type { Token } from './token.ts'

const BINDS: readonly (readonly string[])[] = [['||'], ['&&'], ['==', '!='], ['<', '<=', '>', '>='], ['+', '-'], ['*', '/', '%']]
const MAX_DEPTH = 100
const CONSTANTS: Readonly<Record<string, unknown>> = { true: true, false: false, nil: null }

/** Writers stand last in a pipe: what they are given is printed as it is. */
const RAW = ['raw', 'unsafe', 'safeHtml', 'safeJs']

export class Expressions {
  readonly #tokens: readonly Token[]
  readonly #template: string
  #at = 0
  #depth = 0

  constructor(tokens: readonly Token[], template: string) {
    this.#tokens = tokens
    this.#template = template
  }

  get token(): Token {
    return this.#tokens[this.#at]!
  }

  fail(message = `unexpected ${this.token.text}`): never {
    throw templateInvalid(this.#template, this.token.line, message)
  }

  /** Whether the next token is this sign or keyword; takes it when it is. */
  takes(text: string): boolean {
    const { kind, text: found } = this.token
    if ((kind !== 'sign' && kind !== 'name') || found !== text) return false
    this.#at++
    return true
  }

  demand(text: string): void {
    if (!this.takes(text)) this.fail(`expected ${text} before ${this.token.text}`)
  }

  name(): string {
    const { kind, text } = this.token
    if (kind !== 'name') this.fail(`expected a name before ${text}`)
    this.#at++
    return text
  }

  get isOver(): boolean {
    return this.token.kind === 'end'
  }

  /** Whether the tokens from here on are a name and then this sign. */
  isBefore(sign: string): boolean {
    return this.token.kind === 'name' && this.#tokens[this.#at + 1]?.text === sign && this.#tokens[this.#at + 1]?.kind === 'sign'
  }

  /** What is printed: an expression through pipes, the last of which may say that it is printed as it is. */
  pipe(): { readonly value: Expression; readonly isRaw: boolean } {
    let value = this.isBefore(':') ? this.#prefixed() : this.expression()
    while (this.takes('|')) {
      const { line } = this.token
      const callee = this.name()
      if (RAW.includes(callee)) {
        if (!this.isOver) this.fail(`${callee} stands last in a pipe`)
        return { value, isRaw: true }
      }
      const given = value
      const rest = this.takes('(') ? this.#list(')') : this.takes(':') ? this.#bare() : []
      const slot = rest.findIndex((arg) => arg.kind === 'name' && arg.name === '_')
      value = { kind: 'call', callee, args: slot < 0 ? [given, ...rest] : rest.map((arg, i) => (i === slot ? given : arg)), line }
    }
    if (value.kind === 'call' && RAW.includes(value.callee) && value.args.length === 1) return { value: value.args[0]!, isRaw: true }
    return { value, isRaw: false }
  }

  expression(): Expression {
    if (++this.#depth > MAX_DEPTH) this.fail('an expression nested too deep')
    const test = this.#binary(0)
    let found = test
    if (this.takes('?')) {
      const yes = this.expression()
      this.demand(':')
      found = { kind: 'choice', test, yes, no: this.expression() }
    }
    this.#depth--
    return found
  }

  #binary(level: number): Expression {
    const signs = BINDS[level]
    if (signs === undefined) return this.#unary()
    let left = this.#binary(level + 1)
    for (;;) {
      const { kind, text: sign, line } = this.token
      if (kind !== 'sign' || !signs.includes(sign)) return left
      this.#at++
      left = { kind: 'binary', sign, left, right: this.#binary(level + 1), line }
    }
  }

  #unary(): Expression {
    const { line } = this.token
    const sign = this.takes('!') ? '!' : this.takes('-') ? '-' : null
    if (sign === null) return this.#postfix(this.#primary())
    if (++this.#depth > MAX_DEPTH) this.fail('an expression nested too deep')
    const operand = this.#unary()
    this.#depth--
    return { kind: 'unary', sign, operand, line }
  }

  #primary(): Expression {
    const { kind, text, line } = this.token
    if (kind === 'number') {
      this.#at++
      return { kind: 'value', value: Number(text) }
    }
    if (kind === 'text') {
      this.#at++
      return { kind: 'value', value: text }
    }
    if (this.takes('(')) {
      const { value } = this.pipe()
      this.demand(')')
      return value
    }
    if (this.takes('.')) {
      if (this.token.kind !== 'name') return { kind: 'context' }
      return { kind: 'field', of: { kind: 'context' }, key: { kind: 'value', value: this.name() }, line }
    }
    const name = this.name()
    if (Object.hasOwn(CONSTANTS, name)) return { kind: 'value', value: CONSTANTS[name] }
    if (this.takes('(')) return { kind: 'call', callee: name, args: this.#list(')'), line }
    return { kind: 'name', name, line }
  }

  #postfix(start: Expression): Expression {
    let of = start
    for (;;) {
      const { line } = this.token
      if (this.takes('.')) of = { kind: 'field', of, key: { kind: 'value', value: this.name() }, line }
      else if (this.takes('[')) of = this.#indexed(of, line)
      else return of
    }
  }

  #indexed(of: Expression, line: number): Expression {
    const from = this.token.text === ':' ? null : this.expression()
    if (!this.takes(':')) {
      this.demand(']')
      return { kind: 'field', of, key: from!, line }
    }
    const to = this.token.text === ']' ? null : this.expression()
    this.demand(']')
    return { kind: 'slice', of, from, to, line }
  }

  /** `len: x`, a call without parentheses. */
  #prefixed(): Expression {
    const { line } = this.token
    const callee = this.name()
    this.demand(':')
    return { kind: 'call', callee, args: this.#bare(), line }
  }

  #list(close: string): Expression[] {
    const list: Expression[] = []
    while (!this.takes(close)) {
      list.push(this.expression())
      if (this.token.text !== close) this.demand(',')
    }
    return list
  }

  #bare(): Expression[] {
    const list = [this.expression()]
    while (this.takes(',')) list.push(this.expression())
    return list
  }
}
