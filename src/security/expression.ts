// The expressions of `security.policy.expr`: the part of the expr language that decides yes or no.
//
//   literals, [lists], {maps}, a.b a?.b a["b"] a[0], not ! -, + - * / % **, == != < <= > >=, in, not in, contains, startsWith, endsWith,
//   matches, and && or ||, ??, c ? a : b, a..b, and functions (operation.ts), some of them with a predicate in which # is the item.
//
//   E1 Nothing but the request can be reached: names are looked up among own keys.
//   E2 Source, nesting, work and texts are bounded; what goes beyond, and what has no meaning (1 < "a"), makes the answer `unknown`.

import type { Regex, Test } from './condition.ts'
import { binary, call, Meaningless, type Predicate, predicates, Work } from './operation.ts'
import { truthOf, valueIn } from './request.ts'
import { type Token, tokensOf } from './token.ts'

const LONGEST = 4096 // characters
const DEEPEST = 64

/** What an expression is evaluated in. */
type Frame = { readonly names: Readonly<Record<string, unknown>>; readonly item: unknown; readonly work: Work }
type Node = (frame: Frame) => unknown

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

const flag = (value: unknown): boolean => {
  if (typeof value === 'boolean') return value
  throw new Meaningless()
}

/** A member that is not there is nil; nil has no members. */
const member = (value: unknown, key: unknown): unknown => {
  if (value === undefined || value === null) throw new Meaningless()
  if (Array.isArray(value)) return typeof key === 'number' ? value.at(key) : undefined
  return valueIn(value, key)
}

class Parser {
  readonly #tokens: readonly Token[]
  readonly #regex: Regex
  #at = 0
  #depth = 0
  #predicate = false

  constructor(source: string, regex: Regex) {
    this.#tokens = tokensOf(source)
    this.#regex = regex
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
    const condition = this.#operation(0)
    this.#depth--
    if (!this.#take('?')) return condition
    const yes = this.#expression()
    this.#need(':')
    const no = this.#expression()
    return (frame) => (flag(condition(frame)) ? yes(frame) : no(frame))
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
      } else if (this.#take('[')) {
        const key = this.#expression()
        this.#need(']')
        node = (frame) => member(whole(frame), key(frame))
      } else return node
    }
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
    return ({ names }) => valueIn(names, text)
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
    if (text === '#' && this.#predicate) return ({ item }) => item
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
    return (frame) => items.map((item) => item(frame))
  }

  #map(): Node {
    const pairs = this.#until('}', () => {
      const key = this.#token.kind === 'text' ? this.#tokens[this.#at++]!.text : this.#name()
      this.#need(':')
      return [key, this.#expression()] as const
    })
    return (frame) => new Map(pairs.map(([key, value]) => [key, value(frame)]))
  }

  #until<T>(sign: string, one: () => T): T[] {
    const all: T[] = []
    while (!this.#take(sign)) {
      if (all.length > 0) this.#need(',')
      all.push(one())
    }
    return all
  }

  #call(name: string): Node {
    const withPredicate = predicates.get(name)
    if (!withPredicate) {
      const args = this.#until(')', () => this.#expression())
      const act = call(name, args.length)
      return (frame) =>
        act(
          args.map((arg) => arg(frame)),
          frame.work,
        )
    }
    const list = this.#expression()
    this.#need(',')
    const inner = this.#closure()
    this.#need(')')
    return (frame) => {
      const test: Predicate = (item) => {
        frame.work.spend(1)
        return inner({ ...frame, item })
      }
      return withPredicate(list(frame), test, flag)
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

/** What an expression comes to, given what its names stand for. Throws Meaningless. */
export type Evaluate = (names: Readonly<Record<string, unknown>>) => unknown

/** Throws a sentence (Error) for what is no expression. */
export const evaluatorOf = (source: string, regex: Regex): Evaluate => {
  if (source.trim() === '') throw new Error('the expression is empty')
  if (source.length > LONGEST) throw new Error(`the expression is longer than ${LONGEST} characters`)
  const node = new Parser(source, regex).parse()
  return (names) => node({ names, item: undefined, work: new Work() })
}

/** An expression of a policy. Throws as `evaluatorOf`. */
export const expressionOf = (source: string, regex: Regex): Test => {
  const evaluate = evaluatorOf(source, regex)
  return ({ actor, action, resource, meta }) => {
    try {
      return truthOf(flag(evaluate({ actor: { id: actor?.id, meta: actor?.meta ?? {} }, action, resource, meta })))
    } catch (error) {
      if (error instanceof Meaningless) return 'unknown'
      throw error
    }
  }
}
