// The text of an expression to what evaluates it; see expression.ts for what there is.

import { call, type Predicate, predicates } from './builtin.ts'
import type { Regex } from './condition.ts'
import { binary, list, Meaningless, number, text, type Work } from './operation.ts'
import { valueIn } from './request.ts'
import { type Token, tokensOf } from './token.ts'

const DEEPEST = 64

/** What an expression is evaluated in. */
export type Frame = {
  readonly names: Readonly<Record<string, unknown>>
  /** What `let` has named. */
  readonly own: Readonly<Record<string, unknown>>
  /** Of a predicate. */
  readonly item?: unknown
  readonly index?: number
  readonly accumulated?: unknown
  readonly work: Work
}
export type Node = (frame: Frame) => unknown

/** How tightly operators bind. Comparisons do not chain. */
const BINDING: Readonly<Record<string, number>> = {
  ...{ '||': 10, or: 10, '&&': 15, and: 15 },
  ...{ '==': 20, '!=': 20, '<': 20, '<=': 20, '>': 20, '>=': 20, in: 20, not: 20 },
  ...{ contains: 20, startsWith: 20, endsWith: 20, matches: 20 },
  ...{ '..': 25, '+': 30, '-': 30, '*': 60, '/': 60, '%': 60, '**': 100, '^': 100, '??': 500 },
}
const RIGHT: ReadonlySet<string> = new Set(['**', '^']) // of several the last one is done first
const UNARY_NOT = 50
const UNARY_MINUS = 90

export const flag = (value: unknown): boolean => {
  if (typeof value === 'boolean') return value
  throw new Meaningless('a condition is neither true nor false')
}

/** A key that is not there is nil, an item that is not there means nothing; nil has no members. */
const member = (value: unknown, key: unknown): unknown => {
  const isNumber = typeof key === 'number' || typeof key === 'bigint'
  if (value === undefined || value === null) throw new Meaningless(`${isNumber || typeof key === 'string' ? key : 'a key'} is asked of nil`)
  if (!Array.isArray(value)) return valueIn(value, key)
  if (!isNumber) throw new Meaningless('a list has items by their number')
  const at = Number(key)
  if (at >= value.length || at < -value.length) throw new Meaningless(`index out of range: ${at} (array length is ${value.length})`)
  return value.at(at)
}

const slice = (value: unknown, from: unknown, to: unknown, work: Work): unknown => {
  const all = typeof value === 'string' ? text(value, work) : list(value, work)
  return all.slice(from === undefined ? 0 : number(from), to === undefined ? undefined : number(to))
}

/** Functions that only some expressions have, without arguments. */
export type More = Readonly<Record<string, () => unknown>>

export class Parser {
  readonly #tokens: readonly Token[]
  readonly #regex: Regex
  readonly #more: More
  #at = 0
  #depth = 0
  #predicate = false

  constructor(source: string, regex: Regex, more: More) {
    this.#tokens = tokensOf(source)
    this.#regex = regex
    this.#more = more
  }

  parse(): Node {
    const node = this.#expression()
    if (this.#token.kind !== 'end') throw this.#unexpected()
    return node
  }

  get #token(): Token {
    return this.#tokens[this.#at]!
  }

  #unexpected(): Error {
    const { kind, text, at } = this.#token
    return new Error(kind === 'end' ? 'the expression ends too early' : `"${text}" at ${at + 1} is not expected`)
  }

  #is(sign: string): boolean {
    return this.#token.kind === 'sign' && this.#token.text === sign
  }

  #take(sign: string): boolean {
    if (!this.#is(sign)) return false
    this.#at++
    return true
  }

  #need(sign: string): void {
    if (!this.#take(sign)) throw this.#unexpected()
  }

  #name(): string {
    const { kind, text } = this.#token
    if (kind !== 'name') throw this.#unexpected()
    this.#at++
    return text
  }

  #expression(): Node {
    if (++this.#depth > DEEPEST) throw new Error(`the expression is nested deeper than ${DEEPEST}`)
    const node = this.#takeWord('let') ? this.#let() : this.#takeWord('if') ? this.#if() : this.#choice(this.#piped())
    this.#depth--
    return node
  }

  #takeWord(word: string): boolean {
    if (this.#token.kind !== 'name' || this.#token.text !== word) return false
    this.#at++
    return true
  }

  #let(): Node {
    const name = this.#name()
    this.#need('=')
    const value = this.#expression()
    this.#need(';')
    const body = this.#expression()
    return (frame) => body({ ...frame, own: { ...frame.own, [name]: value(frame) } })
  }

  #if(): Node {
    const condition = this.#expression()
    const yes = this.#block()
    if (!this.#takeWord('else')) throw this.#unexpected()
    const no = this.#takeWord('if') ? this.#if() : this.#block()
    return (frame) => (flag(condition(frame)) ? yes(frame) : no(frame))
  }

  #block(): Node {
    this.#need('{')
    const inner = this.#expression()
    this.#need('}')
    return inner
  }

  #choice(condition: Node): Node {
    if (!this.#take('?')) return condition
    const yes = this.#is(':') ? condition : this.#expression()
    this.#need(':')
    const no = this.#expression()
    return (frame) => (flag(condition(frame)) ? yes(frame) : no(frame))
  }

  #piped(): Node {
    let node = this.#operation(0)
    while (this.#take('|')) {
      const name = this.#name()
      this.#need('(')
      node = this.#postfix(this.#call(name, node))
    }
    return node
  }

  #operation(above: number): Node {
    if (++this.#depth > DEEPEST) throw new Error(`the expression is nested deeper than ${DEEPEST}`)
    let left = this.#unary()
    for (;;) {
      const { kind, text } = this.#token
      const binds = kind === 'sign' || kind === 'name' ? (Object.hasOwn(BINDING, text) ? BINDING[text]! : 0) : 0
      if (binds <= above) break
      this.#at++
      left = text === 'not' ? this.#notIn(left, binds) : this.#joined(left, text, this.#operation(binds - (RIGHT.has(text) ? 1 : 0)))
    }
    this.#depth--
    return left
  }

  #notIn(left: Node, binds: number): Node {
    if (this.#token.text !== 'in') throw this.#unexpected()
    this.#at++
    const isIn = this.#joined(left, 'in', this.#operation(binds))
    return (frame) => !isIn(frame)
  }

  #joined(left: Node, sign: string, right: Node): Node {
    if (sign === '||' || sign === 'or') return (frame) => flag(left(frame)) || flag(right(frame))
    if (sign === '&&' || sign === 'and') return (frame) => flag(left(frame)) && flag(right(frame))
    if (sign === '??') return (frame) => left(frame) ?? right(frame)
    const act = binary(sign, this.#regex)
    return (frame) => {
      frame.work.spend(1)
      return act(left(frame), right(frame), frame.work)
    }
  }

  #unary(): Node {
    if (this.#take('!') || (this.#token.kind === 'name' && this.#token.text === 'not' && ++this.#at)) {
      const inner = this.#operation(UNARY_NOT)
      return (frame) => !flag(inner(frame))
    }
    if (!this.#is('-') && !this.#is('+')) return this.#postfix(this.#primary())
    const isMinus = this.#take('-') || !this.#take('+')
    const inner = this.#operation(UNARY_MINUS)
    const subtract = binary(isMinus ? '-' : '+', this.#regex)
    return (frame) => subtract(0, inner(frame), frame.work)
  }

  #postfix(start: Node): Node {
    let node = start
    for (;;) {
      const whole = node
      const isSoft = this.#take('?.')
      if (isSoft || this.#take('.')) {
        const key = this.#name()
        node = isSoft ? (frame) => this.#soft(whole(frame), key) : (frame) => member(whole(frame), key)
      } else if (this.#take('[')) node = this.#bracket(whole)
      else return node
    }
  }

  #bracket(whole: Node): Node {
    const from = this.#is(':') ? null : this.#expression()
    const isSlice = this.#take(':')
    const to = !isSlice || this.#is(']') ? null : this.#expression()
    this.#need(']')
    if (!isSlice) return (frame) => member(whole(frame), from!(frame))
    return (frame) => slice(whole(frame), from?.(frame), to?.(frame), frame.work)
  }

  #soft(value: unknown, key: string): unknown {
    return value === undefined || value === null ? undefined : member(value, key)
  }

  #primary(): Node {
    const { kind, text } = this.#token
    if (kind === 'sign') return this.#sign(text)
    if (kind === 'end') throw this.#unexpected()
    this.#at++
    if (kind === 'number') return this.#number(text)
    if (kind === 'text') return () => text
    if (text === 'true' || text === 'false') return () => text === 'true'
    if (text === 'nil') return () => undefined
    if (this.#take('(')) return this.#call(text)
    return ({ names, own }) => valueIn(Object.hasOwn(own, text) ? own : names, text)
  }

  /** Whole numbers are exact, as those of Lua are. */
  #number(text: string): Node {
    const value = Number(text)
    const exact = /^\d+$/.test(text) && !Number.isSafeInteger(value) ? BigInt(text) : value
    return () => exact
  }

  #sign(text: string): Node {
    if (this.#predicate && text === '.') {
      this.#at++
      const key = this.#name()
      return ({ item }) => member(item, key)
    }
    this.#at++
    if (text === '#' && this.#predicate) {
      if (this.#takeWord('index')) return ({ index }) => index
      return this.#takeWord('acc') ? ({ accumulated }) => accumulated : ({ item }) => item
    }
    if (text === '(') {
      const inner = this.#expression()
      this.#need(')')
      return inner
    }
    if (text === '[') return this.#list()
    if (text === '{') return this.#map()
    this.#at--
    throw this.#unexpected()
  }

  #list(): Node {
    const items = this.#until(']', () => this.#expression())
    return (frame) => frame.work.paid(items.map((item) => item(frame)))
  }

  #map(): Node {
    const pairs = this.#until('}', () => {
      const key = this.#token.kind === 'text' ? this.#tokens[this.#at++]!.text : this.#name()
      this.#need(':')
      return [key, this.#expression()] as const
    })
    return (frame) => new Map(frame.work.paid(pairs.map(([key, value]) => [key, value(frame)] as const)))
  }

  #until<T>(sign: string, one: () => T): T[] {
    const all: T[] = []
    while (!this.#take(sign)) {
      if (all.length > 0) this.#need(',')
      all.push(one())
    }
    return all
  }

  /** `first`: the argument that was piped in. */
  #call(name: string, first: Node | null = null): Node {
    if (predicates.has(name)) return this.#callWithPredicate(name, first)
    const args = [...(first ? [first] : []), ...this.#until(')', () => this.#expression())]
    const act = call(name, args.length, this.#more)
    return (frame) =>
      act(
        args.map((arg) => arg(frame)),
        frame.work,
      )
  }

  #callWithPredicate(name: string, first: Node | null): Node {
    const { act, isOptional = false } = predicates.get(name)!
    const items = first ?? this.#expression()
    const isGiven = first ? !this.#is(')') : this.#take(',')
    if (!isGiven && !isOptional) throw this.#unexpected()
    const inner = isGiven ? this.#closure() : null
    const rest: Node[] = []
    while (this.#take(',')) rest.push(this.#expression())
    this.#need(')')
    return (frame) => {
      const predicate: Predicate = (item, index, accumulated) => {
        frame.work.spend(1)
        return inner ? inner({ ...frame, item, index, accumulated }) : item
      }
      return act(
        list(items(frame), frame.work),
        predicate,
        rest.map((one) => one(frame)),
        frame.work,
      )
    }
  }

  #closure(): Node {
    const outside = this.#predicate
    this.#predicate = true
    const isBraced = this.#take('{')
    const inner = this.#expression()
    if (isBraced) this.#need('}')
    this.#predicate = outside
    return inner
  }
}
