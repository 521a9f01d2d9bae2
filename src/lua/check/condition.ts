// What is known behind a condition: `if x`, `x ~= nil`, `type(x) == "string"`, `event.kind == "exit"`, `T:is(x)`, and what `and`, `or`, `not`
// make of them.

import type { Expression } from '../ast.ts'
import { byField, saysNil, saysSome, tested, withoutNil } from './filter.ts'
import { Flow } from './flow.ts'
import { Ground } from './ground.ts'
import { literalOf } from './reader.ts'
import { any, literal, nil, resolved, type Test, type Type } from './type.ts'

/** What a condition says of one expression. */
type Said = { readonly target: Expression; readonly test: Test }

/** Conditions within conditions; of deeper ones nothing is known. */
const DEPTH = 60

export abstract class Conditions extends Ground {
  #depth = 0

  /** The type that a type's value stands for: `Point` in `Point:is(x)`. */
  protected abstract typeMeant(node: Expression): Type | undefined

  /** What holds at this place when a condition came out `is`; the flow itself stays. */
  protected when(condition: Expression, is: boolean): Flow {
    const before = this.flow
    this.work.spend(1 + (before.size >> 3))
    this.flow = new Flow(before)
    this.#narrow(condition, is)
    const after = this.flow
    this.flow = before
    return after
  }

  /** What is said of single expressions when a condition has come out `is`, whatever else it says. */
  protected said(condition: Expression, is: boolean, depth = 0): Said[] {
    this.work.spend()
    if (depth > DEPTH) return []
    switch (condition.kind) {
      case 'paren':
        return this.said(condition.inner, is, depth + 1)
      case 'unary':
        return condition.operator === 'not' ? this.said(condition.operand, !is, depth + 1) : []
      case 'binary': {
        const { operator, left, right } = condition
        if ((operator === 'and' && is) || (operator === 'or' && !is))
          return [...this.said(left, is, depth + 1), ...this.said(right, is, depth + 1)]
        if (operator === '==' || operator === '~=') return this.#compared(left, right, is === (operator === '=='))
        return []
      }
      case 'call':
        return this.#asked(condition, is)
      default:
        return [{ target: condition, test: { kind: 'truthy', is } }]
    }
  }

  #narrow(condition: Expression, is: boolean): void {
    this.work.spend()
    if (this.#depth > DEPTH) return
    this.#depth++
    this.#narrowInside(condition, is)
    this.#depth--
  }

  #narrowInside(condition: Expression, is: boolean): void {
    if (condition.kind === 'paren') {
      this.#narrow(condition.inner, is)
      return
    }
    if (condition.kind === 'unary' && condition.operator === 'not') {
      this.#narrow(condition.operand, !is)
      return
    }
    if (condition.kind === 'binary') {
      const { operator, left, right } = condition
      if ((operator === 'and' && is) || (operator === 'or' && !is)) {
        this.#narrow(left, is)
        this.#narrow(right, is)
        return
      }
      if (operator === 'and' || operator === 'or') {
        // Either the left side decided, or it did not and the right one did.
        const decided = this.when(left, is)
        const other = this.when(left, !is)
        const before = this.flow
        this.flow = other
        const second = this.when(right, is)
        this.flow = before
        this.flow.take(Flow.meet(decided, second))
        return
      }
    }
    if (condition.kind === 'false' || condition.kind === 'nil') this.flow.isDead ||= is
    if (condition.kind === 'true') this.flow.isDead ||= !is
    for (const { target, test } of this.said(condition, is)) this.learn(target, test)
  }

  #compared(left: Expression, right: Expression, is: boolean): Said[] {
    const other = this.constantOf(right) ?? this.constantOf(left)
    if (!other) return []
    const target = this.constantOf(right) ? left : right
    const asked = target.kind === 'call' && !target.method && target.callee.kind === 'name' ? target : undefined
    if (asked && asked.callee.kind === 'name' && asked.callee.name === 'type' && !this.variableOf(asked.callee)) {
      const [value] = asked.args
      return value && other.kind === 'literal' ? [{ target: value, test: { kind: 'type', name: String(other.value), is } }] : []
    }
    return [{ target, test: { kind: 'equals', other, is } }]
  }

  /** The type of an expression that is one value: nil, true, a string … */
  protected constantOf(node: Expression): Type | undefined {
    switch (node.kind) {
      case 'nil':
        return nil
      case 'true':
      case 'false':
        return literal(node.kind === 'true', 'boolean')
      case 'string':
        return literalOf(node.text)
      case 'number':
        return literalOf(this.chunk.source.text.slice(node.start, node.end))
      case 'paren':
        return this.constantOf(node.inner)
      default:
        return undefined
    }
  }

  /** `T:is(value)` */
  #asked(condition: Expression & { kind: 'call' }, is: boolean): Said[] {
    if (condition.method?.name !== 'is') return []
    const [value] = condition.args
    const type = this.typeMeant(condition.callee)
    return value && type ? [{ target: value, test: { kind: 'is', type, is } }] : []
  }

  /** Learns what a test says of an expression: of a variable or a field, and of the record that the field tells apart. */
  protected learn(node: Expression, test: Test): void {
    const target = bare(node)
    const key = this.keyOf(target)
    if (key === undefined) return
    const before = this.quietly(() => this.value(target))
    const after = tested(before, test, this.comparison)
    // That a field was found to be there is known also where nothing says what it is.
    const isSeen = target.kind === 'index' && saysSome(test) && resolved(before).kind === 'any'
    if (after !== before || isSeen) this.#know(target, key, after, test)
    if (target.kind === 'index') this.#tellApart(target, test)
    if (target.kind === 'name') {
      this.#pairs(target, test)
      const alias = this.variableOf(target)?.alias
      if (alias) this.learn(alias, test)
    }
  }

  #know(target: Expression, key: string, after: Type, test: Test): void {
    const isNever = resolved(after).kind === 'never'
    if (isNever && this.#isSure(target)) {
      this.flow.isDead = true
      return
    }
    // A field may be assigned by any call that follows; that it is nil here is not held against the code.
    const isField = target.kind === 'index'
    if (isNever) this.flow.know(key, isField || !saysNil(test) ? any : nil)
    else this.flow.know(key, isField && after.kind === 'nil' ? any : after)
  }

  /** Whether the code itself says what a variable is, so that what contradicts it is never reached. */
  #isSure(target: Expression): boolean {
    const variable = target.kind === 'name' ? this.variableOf(target) : undefined
    return variable !== undefined && variable.declared !== null
  }

  #tellApart(target: Expression & { kind: 'index' }, test: Test): void {
    const name = this.fieldNameOf(target)
    const key = this.keyOf(target.object)
    if (name === undefined || key === undefined) return
    const object = bare(target.object)
    const before = this.quietly(() => this.value(object))
    const after = byField(before, name, (field) => tested(field, test, this.comparison))
    if (after === before) return
    if (resolved(after).kind !== 'never') this.flow.know(key, after)
    else if (this.#isSure(object)) this.flow.isDead = true
  }

  #pairs(target: Expression & { kind: 'name' }, test: Test): void {
    const variable = this.variableOf(target)
    if (!variable) return
    for (const { value, error } of this.flow.pairs) {
      if (error === variable && saysNil(test)) this.flow.know(value.key, withoutNil(this.typeOfVariable(value)))
      if (value === variable && saysNil(test)) this.flow.know(error.key, withoutNil(this.typeOfVariable(error)))
      if (value === variable && saysSome(test) && error.declared === null) this.flow.unknow(error.key)
    }
  }
}

/** Without parentheses and assertions. */
export const bare = (node: Expression): Expression => {
  let inner = node
  while (inner.kind === 'paren' || (inner.kind === 'cast' && inner.type === undefined)) inner = inner.inner
  return inner
}
