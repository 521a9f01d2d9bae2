// Every kind of expression: its type, and whether it is what stands written where it goes.

import { didYouMean, nearest } from '../../suggest.ts'
import type { Call, Expression, Field } from '../ast.ts'
import { isTable } from './assignable.ts'
import { Calls } from './call.ts'
import { withoutNil } from './filter.ts'
import { literalOf } from './reader.ts'
import { show } from './show.ts'
import {
  type ArrayType,
  any,
  hasNil,
  isLoose,
  joined,
  kindOf,
  type MapType,
  membersOf,
  optional,
  type RecordType,
  resolved,
  type Type,
  table,
  widened,
} from './type.ts'

type Constructor = Expression & { readonly kind: 'table' }
type Cast = Expression & { readonly kind: 'cast' }

export abstract class ValueReader extends Calls {
  protected value(node: Expression): Type {
    return this.within(() => this.#value(node))
  }

  #value(node: Expression): Type {
    switch (node.kind) {
      case 'nil':
      case 'true':
      case 'false':
      case 'number':
      case 'string':
        return this.constantOf(node)!
      case 'vararg':
        return this.frame.rest ?? any
      case 'name':
        return this.#name(node)
      case 'function':
        return this.functionOf(node.body)
      case 'index':
        return this.index(node)
      case 'call':
        return this.#single(node)
      case 'binary':
        return this.binary(node)
      case 'unary':
        return this.unary(node)
      case 'table':
        return this.#constructed(node)
      case 'paren':
        return this.value(node.inner)
      case 'cast':
        return this.#cast(node)
    }
  }

  #single(node: Call): Type {
    return this.at(this.call(node), 0)
  }

  #name(node: Expression & { readonly kind: 'name' }): Type {
    const variable = this.variableOf(node)
    if (variable)
      return variable.isAssignedWithin && !variable.declared && this.flow.fact(variable.key) === undefined
        ? any
        : this.typeOfVariable(variable)
    const { name } = node
    const known = this.surroundings.global(name)
    if (known) return known
    const isOpen = this.surroundings.hasOpenGlobals || this.bindings.hasOpenGlobals
    if (!isOpen && !this.bindings.assignedGlobals.has(name)) this.#undefined(node, name)
    return any
  }

  #undefined(node: Expression, name: string): void {
    const isModule = this.surroundings.module(name) !== undefined
    const hint = (): string => {
      const locals = this.bindings.all.map((variable) => variable.name)
      return isModule
        ? `It is a module: local ${name} = require("${name}"), and list it under modules.`
        : didYouMean(name, [...locals, ...this.surroundings.globals()], 'Declare it: local name = …, or require it.')
    }
    this.report('E0002', node, `'${name}' is not defined`, hint)
  }

  #cast(node: Cast): Type {
    if (node.type === undefined) return withoutNil(this.value(node.inner))
    const type = this.types.of(node.type)
    // What is cast is not compared: that is what a cast is for.
    if (node.inner.kind === 'table') this.quietly(() => this.value(node.inner))
    else this.value(node.inner)
    return type
  }

  /** The type that a type's value stands for. */
  protected typeMeant(node: Expression): Type | undefined {
    const type = resolved(this.quietly(() => this.value(node)))
    return type.kind === 'type' && type.arity === 0 ? type.make([]) : undefined
  }

  // --- Constructors

  /** A table that nothing describes. */
  #constructed(node: Constructor): Type {
    const made = table(this)
    for (const [index, field] of node.fields.entries()) this.#put(made, field, index === node.fields.length - 1)
    return made
  }

  #put(made: ReturnType<typeof table>, { key, value }: Field, isLast: boolean): void {
    if (key?.kind === 'string') {
      const name = literalOf(key.text)
      if (name.kind === 'literal') made.fields.set(String(name.value), this.value(value))
      return
    }
    if (key) {
      this.storedUnder(key)
      made.open = true
    }
    const several = !key && isLast && (value.kind === 'call' || value.kind === 'vararg')
    const type = several ? (this.spread(value).types[0] ?? any) : this.value(value)
    if (several) made.open = true
    const element = several ? any : widened(type)
    made.element = made.element ? joined(made.element, element) : element
  }

  /** Demands a type of an expression; tables and functions are compared part by part, where each stands. */
  protected demand(node: Expression, wanted: Type, what: string): Type {
    if (node.kind === 'paren') return this.demand(node.inner, wanted, what)
    const described = node.kind === 'table' ? this.#described(node, wanted) : null
    if (described) return described
    const type = node.kind === 'function' ? this.#functionWanted(node, wanted) : this.value(node)
    this.mismatch(node, type, wanted, what)
    return type
  }

  #functionWanted(node: Expression & { readonly kind: 'function' }, wanted: Type): Type {
    const expected = membersOf(wanted)
      .map(resolved)
      .find((one) => one.kind === 'fn')
    return this.functionOf(node.body, expected?.kind === 'fn' ? { expected } : {})
  }

  /** Compares a constructor with what describes it, and answers that; null where several types could. */
  #described(node: Constructor, wanted: Type): Type | null {
    const candidates = membersOf(wanted).map(resolved).filter(isTable)
    const [only] = candidates.length === 1 ? candidates : candidates.filter((one) => this.#isTagged(node, one))
    switch (only?.kind) {
      case 'record':
        if (only.name !== null || only.fields.size === 0) return null
        this.#fields(node, only)
        return only
      case 'array':
      case 'map':
        this.#elements(node, only)
        return only
      default:
        return null
    }
  }

  /** Whether a constructor gives a record's literal fields. */
  #isTagged(node: Constructor, type: Type): boolean {
    if (type.kind !== 'record') return false
    let isTagged = false
    for (const [name, field] of type.fields) {
      const tag = resolved(field.type)
      if (tag.kind !== 'literal') continue
      const given = node.fields.find(({ key }) => key?.kind === 'string' && this.#keyOf(key) === name)
      const value = given && this.constantOf(given.value)
      if (value?.kind !== 'literal' || value.value !== tag.value) return false
      isTagged = true
    }
    return isTagged
  }

  #keyOf(key: Expression | undefined): string | undefined {
    const type = key && this.constantOf(key)
    return type?.kind === 'literal' && typeof type.value === 'string' ? type.value : undefined
  }

  #fields(node: Constructor, type: RecordType): void {
    const given = new Set<string>()
    let isWhole = true
    const strange: { readonly name: string; readonly field: Field }[] = []
    for (const field of node.fields) {
      const name = this.#keyOf(field.key)
      const wanted = name === undefined ? undefined : type.fields.get(name)
      if (name === undefined) {
        if (field.key) this.storedUnder(field.key)
        isWhole = false
      } else given.add(name)
      if (wanted) this.demand(field.value, wanted.optional ? optional(wanted.type) : wanted.type, `field '${name}'`)
      else {
        this.value(field.value)
        if (name !== undefined) strange.push({ name, field })
      }
    }
    // An empty one is there to be filled.
    if (!isWhole || node.fields.length === 0) return
    const absent = [...type.fields]
      .filter(([name, field]) => !given.has(name) && !field.optional && !hasNil(field.type))
      .map(([name]) => name)
    const free = [...type.fields.keys()].filter((name) => !given.has(name))
    for (const { name, field } of strange) {
      const meant = nearest(name, free)
      if (meant !== null) this.report('E0004', field.key ?? field, `${show(type)} has no field '${name}'`, `Did you mean "${meant}"?`)
    }
    if (absent.length > 0) {
      this.report(
        'E0001',
        node,
        `the table is not assignable to ${show(type)}: ${absent.length === 1 ? 'field' : 'fields'} ${absent.map((name) => `'${name}'`).join(', ')} ${absent.length === 1 ? 'is' : 'are'} missing`,
      )
    }
  }

  #elements(node: Constructor, type: ArrayType | MapType): void {
    const element = type.kind === 'array' ? type.element : type.value
    for (const [index, { key, value }] of node.fields.entries()) {
      const isSpread = index === node.fields.length - 1 && !key && (value.kind === 'call' || value.kind === 'vararg')
      if (type.kind === 'map') {
        if (key && key.kind !== 'string') this.demand(key, type.key, 'key')
        else if (key) this.mismatch(key, literalOf(key.text), type.key, 'key')
        else this.mismatch(value, { kind: 'integer' }, type.key, 'key')
      } else if (key) {
        const at = this.storedUnder(key)
        if (kindOf(at) === 'string') this.report('E0001', key, `a list has no field ${show(at)}: ${show(type)} is wanted`)
      }
      if (!isSpread) this.demand(value, optional(element), 'element')
      else for (const one of this.spread(value).types) if (!isLoose(one)) this.mismatch(value, one, element, 'element')
    }
  }
}
