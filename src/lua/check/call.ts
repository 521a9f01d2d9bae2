// Calls: what is called, whether the arguments fit, what comes back, and what is known behind it.

import type { Call, Expression } from '../ast.ts'
import { stringValue } from '../literal.ts'
import { Arguments, type Values } from './argument.ts'
import { isTable } from './assignable.ts'
import { truthy } from './filter.ts'
import { show } from './show.ts'
import {
  any,
  type FunctionType,
  instanceOf,
  integer,
  isLoose,
  membersOf,
  never,
  resolved,
  string,
  type Type,
  union,
  widened,
} from './type.ts'

const UNKNOWN: Values = { types: [any], more: any }

export abstract class Calls extends Arguments {
  protected call(node: Call): Values {
    this.work.spend()
    const own = this.#builtin(node)
    if (own) return own
    if (!node.method) return this.#apply(this.#callee(node.callee), node, undefined)
    const object = this.value(node.callee)
    const place = { start: node.method.start, end: node.method.end }
    const known = this.keyOf(node.callee)
    const fact = known === undefined ? undefined : this.flow.fact(`${known}.${node.method.name}`)
    return this.#apply(
      fact ?? this.field(object, { name: node.method.name, node: this.#asIndex(node, place), isCalled: true }),
      node,
      object,
    )
  }

  /** A method as the field that is read, so that messages name the object. */
  #asIndex({ callee, start, end }: Call, key: { readonly start: number; readonly end: number }) {
    return { kind: 'index', object: callee, key: { kind: 'nil', ...key }, start, end } as const
  }

  #callee(node: Expression): Type {
    if (node.kind !== 'index') return this.value(node)
    const name = this.fieldNameOf(node)
    const key = this.keyOf(node)
    if (name === undefined || (key !== undefined && this.flow.fact(key) !== undefined)) return this.value(node)
    return this.field(this.value(node.object), { name, node, isCalled: true })
  }

  /** Functions of Lua that say more than their types do. */
  #builtin(node: Call): Values | undefined {
    const { callee, args } = node
    if (node.method || callee.kind !== 'name' || this.variableOf(callee) || this.bindings.assignedGlobals.has(callee.name)) return undefined
    const [first] = args
    switch (callee.name) {
      case 'require':
        if (first?.kind !== 'string') break
        return { types: [this.surroundings.module(stringValue(first.text)) ?? any], more: null }
      case 'error':
        this.values(args)
        this.flow.isDead = true
        return { types: [never], more: null }
      case 'assert': {
        if (!first) break
        const { types, more } = this.values(args)
        this.flow = this.when(first, true)
        return { types: types.map((type, index) => (index === 0 ? truthy(type) : type)), more }
      }
      case 'setmetatable': {
        const { types } = this.values(args)
        this.classes.saw(node)
        return { types: [this.#withMeta(types[0], types[1])], more: null }
      }
      case 'type':
        this.values(args)
        return { types: [string], more: null }
    }
    return undefined
  }

  /** What `setmetatable` makes of a table: it has what the metatable's `__index` has. */
  #withMeta(values: Type = any, meta: Type = any): Type {
    const own = resolved(values)
    const table = resolved(meta)
    const index = table.kind === 'table' ? table.fields.get('__index') : undefined
    const proto = index && resolved(index)
    if (proto?.kind === 'table') this.classes.made(proto, own.kind === 'table' ? own : null)
    if (own.kind !== 'table') return values
    if (index || table.kind !== 'table' || table.open) this.classes.opened(own)
    this.escape(own)
    return proto?.kind === 'table' ? instanceOf(proto, this, own.fields) : any
  }

  #apply(callee: Type, node: Call, object: Type | undefined): Values {
    const outer = resolved(callee)
    if (outer.kind === 'union') return this.#applyUnion(outer.members, callee, node, object)
    switch (outer.kind) {
      case 'fn':
        return this.#applyFunction(outer, node, object)
      case 'type': {
        const type = outer.make([])
        this.evaluate(node)
        return { types: [outer.arity === 0 ? type : any], more: null }
      }
      case 'nil':
      case 'boolean':
      case 'number':
      case 'integer':
      case 'string':
      case 'literal':
      case 'thread':
      case 'array':
      case 'map': {
        this.evaluate(node)
        if (outer.kind === 'nil') this.tellNil(node.callee, node.method ? undefined : node.callee, callee)
        else this.report('E0003', node.callee, `${show(widened(outer))} is not a function: '${this.nameOf(node)}' cannot be called`)
        return UNKNOWN
      }
      case 'record':
        this.evaluate(node)
        if (outer.name === null)
          this.report('E0003', node.callee, `${show(outer)} is not a function: '${this.nameOf(node)}' cannot be called`)
        return UNKNOWN
      default:
        this.evaluate(node)
        return UNKNOWN
    }
  }

  #applyUnion(members: readonly Type[], callee: Type, node: Call, object: Type | undefined): Values {
    const functions = members.filter((member) => resolved(member).kind !== 'nil')
    if (functions.length < members.length) this.tellNil(node.callee, node.method ? undefined : node.callee, callee)
    if (functions.length === 1) return this.#apply(functions[0]!, node, object)
    this.evaluate(node)
    return UNKNOWN
  }

  // --- Functions

  #applyFunction(callee: FunctionType, node: Call, object: Type | undefined): Values {
    const called = this.withReceiver(callee, node, object)
    const given = called.generics.length > 0 ? this.instantiated(called, node) : called
    if (given === called) this.arguments(given, node)
    for (const { parameter, test } of callee.ensures) {
      const at = object === undefined || callee.isMethod ? parameter : parameter - 1
      const argument = node.args[at]
      if (argument) this.learn(argument, test)
    }
    if (given.results[0]?.kind === 'never') this.flow.isDead = true
    return { types: given.results, more: given.more }
  }

  /** What going through something with `pairs` or `ipairs` gives. */
  protected iterated(node: Expression): readonly Type[] {
    if (node.kind !== 'call' || node.method || node.callee.kind !== 'name' || this.variableOf(node.callee)) return []
    const { name } = node.callee
    const [argument] = node.args
    if (!argument || (name !== 'ipairs' && name !== 'pairs')) return []
    const keys: Type[] = []
    const elements: Type[] = []
    for (const member of membersOf(this.quietly(() => this.value(argument)))) {
      const type = resolved(member)
      if (type.kind === 'array') {
        keys.push(integer)
        elements.push(type.element)
      } else if (type.kind === 'map' && name === 'pairs') {
        keys.push(type.key)
        elements.push(type.value)
      } else if (type.kind !== 'nil') return [name === 'ipairs' && isTable(type) ? integer : any, any]
    }
    return keys.length === 0 || elements.some(isLoose) ? [union(keys.length > 0 ? keys : [any]), any] : [union(keys), union(elements)]
  }
}
