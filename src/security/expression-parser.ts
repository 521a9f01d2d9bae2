// From the text of an expression to what evaluates it; expression.ts says what there is.

import { call, type Predicate, predicates } from './builtin.ts'
import type { Regex } from './condition.ts'
import { binary, flag, list, member, slice, type Work } from './operation.ts'
import { valueIn } from './request.ts'
import { TokenReader } from './token-reader.ts'

const DEEPEST = 64

/** What an expression is evaluated in. */
type Frame = {
  readonly names: Readonly<Record<string, unknown>>
  /** What `let` has named. */
  readonly own: Readonly<Record<string, unknown>>
  /** Of a predicate. */
  readonly item?: unknown
  readonly index?: number
  readonly accumulated?: unknown
  readonly work: Work
}

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

/** Functions that only some expressions have, without arguments. */
export type More = Readonly<Record<string, () => unknown>>

export class Parser {
  readonly #tokens: TokenReader
  readonly #regex: Regex
  readonly #more: More
  #depth = 0
  #predicate = false

  constructor(source: string, regex: Regex, more: More) {
    this.#tokens = new TokenReader(source)
    this.#regex = regex
    this.#more = more
  }

  /** What evaluates the whole text. Throws a sentence (Error) about what is no expression. */
  parse(): Node {
    const node = this.#expression()
    if (this.#tokens.token.kind !== 'end') throw this.#tokens.unexpected()
    return node
  }

  #expression(): Node {
    if (++this.#depth > DEEPEST) throw new Error(`the expression is nested deeper than ${DEEPEST}`)
    const node = this.#tokens.takeWord('let') ? this.#let() : this.#tokens.takeWord('if') ? this.#if() : this.#choice(this.#piped())
    this.#depth--
    return node
  }

  #let(): Node {
    const name = this.#tokens.name()
    this.#tokens.need('=')
    const value = this.#expression()
    this.#tokens.need(';')
    const body = this.#expression()
    return (frame) => body({ ...frame, own: { ...frame.own, [name]: value(frame) } })
  }

  #if(): Node {
    const condition = this.#expression()
    const yes = this.#block()
    if (!this.#tokens.takeWord('else')) throw this.#tokens.unexpected()
    const no = this.#tokens.takeWord('if') ? this.#if() : this.#block()
    return (frame) => (flag(condition(frame)) ? yes(frame) : no(frame))
  }

  #block(): Node {
    this.#tokens.need('{')
    const inner = this.#expression()
    this.#tokens.need('}')
    return inner
  }

  #choice(condition: Node): Node {
    if (!this.#tokens.take('?')) return condition
    const yes = this.#tokens.isSign(':') ? condition : this.#expression()
    this.#tokens.need(':')
    const no = this.#expression()
    return (frame) => (flag(condition(frame)) ? yes(frame) : no(frame))
  }

  #piped(): Node {
    let node = this.#operation(0)
    while (this.#tokens.take('|')) {
      const name = this.#tokens.name()
      this.#tokens.need('(')
      node = this.#postfix(this.#call(name, node))
    }
    return node
  }

  #operation(above: number): Node {
    if (++this.#depth > DEEPEST) throw new Error(`the expression is nested deeper than ${DEEPEST}`)
    let left = this.#unary()
    for (;;) {
      const { kind, text } = this.#tokens.token
      const binds = kind === 'sign' || kind === 'name' ? (Object.hasOwn(BINDING, text) ? BINDING[text]! : 0) : 0
      if (binds <= above) break
      this.#tokens.next()
      left = text === 'not' ? this.#notIn(left, binds) : this.#joined(left, text, this.#operation(binds - (RIGHT.has(text) ? 1 : 0)))
    }
    this.#depth--
    return left
  }

  #notIn(left: Node, binds: number): Node {
    if (this.#tokens.token.text !== 'in') throw this.#tokens.unexpected()
    this.#tokens.next()
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
    if (this.#tokens.take('!') || this.#tokens.takeWord('not')) {
      const inner = this.#operation(UNARY_NOT)
      return (frame) => !flag(inner(frame))
    }
    if (!this.#tokens.isSign('-') && !this.#tokens.isSign('+')) return this.#postfix(this.#primary())
    const { text: sign } = this.#tokens.next()
    const inner = this.#operation(UNARY_MINUS)
    const act = binary(sign, this.#regex)
    return (frame) => act(0, inner(frame), frame.work)
  }

  #postfix(start: Node): Node {
    let node = start
    for (;;) {
      const whole = node
      const isSoft = this.#tokens.take('?.')
      if (isSoft || this.#tokens.take('.')) {
        const key = this.#tokens.name()
        node = isSoft ? (frame) => this.#soft(whole(frame), key) : (frame) => member(whole(frame), key)
      } else if (this.#tokens.take('[')) node = this.#bracket(whole)
      else return node
    }
  }

  #bracket(whole: Node): Node {
    const from = this.#tokens.isSign(':') ? null : this.#expression()
    const isSlice = this.#tokens.take(':')
    const to = !isSlice || this.#tokens.isSign(']') ? null : this.#expression()
    this.#tokens.need(']')
    if (!isSlice) return (frame) => member(whole(frame), from!(frame))
    return (frame) => slice(whole(frame), from?.(frame), to?.(frame), frame.work)
  }

  #soft(value: unknown, key: string): unknown {
    return value === undefined || value === null ? undefined : member(value, key)
  }

  #primary(): Node {
    const { kind, text } = this.#tokens.token
    if (kind === 'sign') return this.#sign()
    if (kind === 'end') throw this.#tokens.unexpected()
    this.#tokens.next()
    if (kind === 'number') return this.#number(text)
    if (kind === 'text') return () => text
    if (text === 'true' || text === 'false') return () => text === 'true'
    if (text === 'nil') return () => undefined
    if (this.#tokens.take('(')) return this.#call(text)
    return ({ names, own }) => valueIn(Object.hasOwn(own, text) ? own : names, text)
  }

  /** Whole numbers are exact, as those of Lua are. */
  #number(text: string): Node {
    const value = Number(text)
    const exact = /^\d+$/.test(text) && !Number.isSafeInteger(value) ? BigInt(text) : value
    return () => exact
  }

  #sign(): Node {
    if (this.#predicate && this.#tokens.take('#')) return this.#aboutItem()
    if (this.#predicate && this.#tokens.take('.')) {
      const key = this.#tokens.name()
      return ({ item }) => member(item, key)
    }
    if (this.#tokens.take('(')) {
      const inner = this.#expression()
      this.#tokens.need(')')
      return inner
    }
    if (this.#tokens.take('[')) return this.#list()
    if (this.#tokens.take('{')) return this.#map()
    throw this.#tokens.unexpected()
  }

  /** What stands behind the # of a predicate. */
  #aboutItem(): Node {
    if (this.#tokens.takeWord('index')) return ({ index }) => index
    if (this.#tokens.takeWord('acc')) return ({ accumulated }) => accumulated
    return ({ item }) => item
  }

  #list(): Node {
    const items = this.#until(']', () => this.#expression())
    return (frame) => frame.work.paid(items.map((item) => item(frame)))
  }

  #map(): Node {
    const pairs = this.#until('}', () => {
      const key = this.#tokens.token.kind === 'text' ? this.#tokens.next().text : this.#tokens.name()
      this.#tokens.need(':')
      return [key, this.#expression()] as const
    })
    return (frame) => new Map(frame.work.paid(pairs.map(([key, value]) => [key, value(frame)] as const)))
  }

  #until<T>(sign: string, one: () => T): T[] {
    const all: T[] = []
    while (!this.#tokens.take(sign)) {
      if (all.length > 0) this.#tokens.need(',')
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
    const isGiven = first ? !this.#tokens.isSign(')') : this.#tokens.take(',')
    if (!isGiven && !isOptional) throw this.#tokens.unexpected()
    const inner = isGiven ? this.#closure() : null
    const rest: Node[] = []
    while (this.#tokens.take(',')) rest.push(this.#expression())
    this.#tokens.need(')')
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
    const isBraced = this.#tokens.take('{')
    const inner = this.#expression()
    if (isBraced) this.#tokens.need('}')
    this.#predicate = outside
    return inner
  }
}
