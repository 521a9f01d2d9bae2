// Operators: what they make of their operands, and which operands they do not take.

import type { Expression } from '../ast.ts'
import { Access } from './access.ts'
import { arithmetic, falsy, truthy } from './filter.ts'
import { Flow } from './flow.ts'
import { literalOf } from './reader.ts'
import { show } from './show.ts'
import {
  any,
  boolean,
  FALSE,
  integer,
  kindOf,
  literal,
  membersOf,
  number,
  resolved,
  string,
  TRUE,
  type Type,
  union,
  widened,
} from './type.ts'

type Binary = Expression & { readonly kind: 'binary' }
type Unary = Expression & { readonly kind: 'unary' }

const ARITHMETIC: ReadonlySet<string> = new Set(['+', '-', '*', '/', '//', '%', '^'])
const BITS: ReadonlySet<string> = new Set(['&', '|', '~', '<<', '>>'])
const ORDER: ReadonlySet<string> = new Set(['<', '<=', '>', '>='])
const DOES: Readonly<Record<string, string>> = { '..': 'joined', '<': 'compared', '<=': 'compared', '>': 'compared', '>=': 'compared' }

export abstract class Operations extends Access {
  protected binary(node: Binary): Type {
    const { operator, left, right } = node
    if (operator === 'and' || operator === 'or') return this.#logical(node)
    const isEquality = operator === '==' || operator === '~='
    const a = isEquality ? this.probed(left) : this.value(left)
    const b = isEquality ? this.probed(right) : this.value(right)
    if (ARITHMETIC.has(operator) || BITS.has(operator)) {
      if (!this.#operand(left, a, operator, isNumeric) || !this.#operand(right, b, operator, isNumeric)) return number
      return BITS.has(operator) ? integer : arithmetic(widened(a), widened(b), operator)
    }
    if (operator === '..') {
      if (this.#operand(left, a, operator, isJoinable)) this.#operand(right, b, operator, isJoinable)
      return string
    }
    if (ORDER.has(operator)) this.#order(node, a, b)
    return boolean
  }

  #logical({ operator, left, right }: Binary): Type {
    const isAnd = operator === 'and'
    const first = this.probed(left)
    const before = this.flow
    this.flow = this.when(left, isAnd)
    const second = this.probed(right)
    const evaluated = this.flow
    this.flow = before
    // Where the right side never comes back (x or error(…)), the left one decided.
    if (evaluated.isDead && !before.isDead) this.flow = this.when(left, !isAnd)
    else if (evaluated.isDead) this.flow = Flow.meet(before, evaluated)
    const kept = isAnd ? falsy(first) : truthy(first)
    if (evaluated.isDead) return kept
    if (resolved(kept).kind === 'never') return second
    const inner = resolved(first)
    return union([kept, second], inner.kind === 'union' && inner.soft)
  }

  /** Tells an operand that the operator does not take; only what is known for certain is told. */
  #operand(node: Expression, type: Type, operator: string, takes: (type: Type) => boolean): boolean {
    const outer = resolved(type)
    for (const member of membersOf(type)) {
      const one = resolved(member)
      if (takes(one)) continue
      if (one.kind === 'nil') {
        if (outer.kind === 'union' && outer.soft) continue
        this.tellNil(node, node, type)
      } else {
        const hint =
          operator === '..'
            ? 'tostring(x) makes a string of it.'
            : kindOf(one) === 'string'
              ? 'tonumber(x) makes a number of it; strings are joined with "..".'
              : undefined
        const isSure = outer.kind !== 'union' || !outer.members.some((other) => takes(resolved(other)))
        const says = `${isSure ? show(one) : `'${this.textOf(node)}' may be ${show(one)}, which`} cannot be ${DOES[operator] ?? 'calculated'} with '${operator}'`
        this.report(isSure ? 'E0005' : 'E0012', node, says, hint)
      }
      return false
    }
    return true
  }

  #order(node: Binary, a: Type, b: Type): void {
    const isGood = this.#operand(node.left, a, node.operator, isOrdered) && this.#operand(node.right, b, node.operator, isOrdered)
    if (!isGood) return
    const kinds = [kindOf(a), kindOf(b)]
    if (kinds[0] === undefined || kinds[1] === undefined || kinds[0] === kinds[1] || kinds.includes('table')) return
    this.report('E0005', node, `${show(widened(a))} cannot be compared with ${show(widened(b))}`)
  }

  protected unary(node: Unary): Type {
    const type = node.operator === 'not' ? this.probed(node.operand) : this.value(node.operand)
    switch (node.operator) {
      case 'not': {
        const inner = resolved(type)
        if (resolved(falsy(type)).kind === 'never' && inner.kind === 'literal') return FALSE
        return inner.kind === 'nil' ? TRUE : boolean
      }
      case '#':
        this.#operand(node.operand, type, '#', isMeasured)
        return integer
      case '~':
        return integer
      default: {
        if (node.operand.kind === 'number') {
          const positive = literalOf(this.chunk.source.text.slice(node.operand.start, node.operand.end))
          return positive.kind === 'literal' ? literal(-Number(positive.value), positive.of) : number
        }
        if (!this.#operand(node.operand, type, '-', isNumeric)) return number
        const inner = resolved(widened(type))
        return inner.kind === 'integer' || inner.kind === 'number' ? inner : any
      }
    }
  }
}

/** Of objects and tables nothing is known here: they may have metatables. */
const isObject = (type: Type): boolean => {
  const { kind } = type
  return (
    kind !== 'literal' &&
    kind !== 'string' &&
    kind !== 'boolean' &&
    kind !== 'function' &&
    kind !== 'fn' &&
    kind !== 'thread' &&
    kind !== 'nil'
  )
}
const isNumeric = (type: Type): boolean => isObject(type) || (type.kind === 'literal' && typeof type.value === 'number')
const isJoinable = (type: Type): boolean =>
  isObject(type) || type.kind === 'string' || (type.kind === 'literal' && typeof type.value !== 'boolean')
const isOrdered = (type: Type): boolean => isJoinable(type)
const isMeasured = (type: Type): boolean =>
  type.kind === 'string' ||
  (type.kind === 'literal' && typeof type.value === 'string') ||
  (isObject(type) && type.kind !== 'number' && type.kind !== 'integer')
