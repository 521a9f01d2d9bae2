// Variables: what they are from their declaration on, and behind assignments.

import type { Expression, Statement } from '../ast.ts'
import type { Values } from './argument.ts'
import { fieldOf } from './assignable.ts'
import type { Variable } from './binding.ts'
import { withoutNil } from './filter.ts'
import { Functions } from './function.ts'
import { hasNil, instanceOf, isLoose, kindOf, membersOf, nil, resolved, type TableType, type Type, union } from './type.ts'

export type Statements<Kind extends Statement['kind']> = Extract<Statement, { kind: Kind }>

export abstract class Assignments extends Functions {
  readonly #instances = new Map<TableType, TableType>()

  /** What a variable is from its declaration on. */
  protected settle(variable: Variable, type: Type): void {
    if (variable.declared) this.became(variable, type)
    else if (variable.assigned === 0) variable.constant = type
    else if (!variable.isAssignedWithin) this.flow.know(variable.key, type)
  }

  /** What a variable is behind an assignment. */
  protected became(variable: Variable, type: Type): void {
    this.flow.forget(variable.key)
    if (variable.isAssignedWithin) return
    if (!variable.declared) {
      this.flow.know(variable.key, type)
      return
    }
    const declared = resolved(variable.declared)
    if (declared.kind !== 'union' || isLoose(resolved(type))) return
    if (type.kind === 'nil') {
      this.flow.know(variable.key, nil)
      return
    }
    const given = membersOf(type)
    const left = membersOf(declared).filter((member) => given.some((one) => this.comparison.fits(one, member)))
    if (left.length > 0) this.flow.know(variable.key, union(left))
  }

  protected local({ names, values }: Statements<'localstat'>): void {
    const annotations = names.map(({ annotation }) => (annotation ? this.types.of(annotation.type) : null))
    const types = this.demanded(values, annotations, (index) => `local '${names[index]?.name}'`)
    const variables = names.map((name) => this.bindings.variables.get(name)!)
    for (const [index, variable] of variables.entries()) {
      const declared = annotations[index] ?? null
      variable.declared = declared
      if (declared && values.length === 0) continue
      this.settle(variable, this.at(types, index))
      const value = values[index]
      if (value?.kind === 'index' && variable.assigned === 0) variable.alias = value
      if (declared && value?.kind === 'table') this.#given(variable, value)
    }
    this.#pair(variables, values, types)
  }

  /** Optional fields that the constructor of a variable has are there. */
  #given(variable: Variable, { fields }: Expression & { readonly kind: 'table' }): void {
    if (variable.assigned > 0 || !variable.declared) return
    for (const { key, value } of fields) {
      const name = key && this.constantOf(key)
      if (name?.kind !== 'literal' || typeof name.value !== 'string' || name.value.includes('.')) continue
      const type = fieldOf(variable.declared, name.value)
      if (type && hasNil(type) && !isLoose(type) && value.kind !== 'nil' && !hasNil(this.quietly(() => this.value(value)))) {
        this.flow.know(`${variable.key}.${name.value}`, withoutNil(type))
      }
    }
  }

  /** `local value, err = call()` */
  #pair([value, error]: readonly (Variable | undefined)[], values: readonly Expression[], { types }: Values): void {
    const [first, second] = types
    if (!value || !error || values.length !== 1 || !first || !second || !hasNil(second)) return
    if (!hasNil(first) && kindOf(first) !== 'boolean') return
    if (value.isAssignedWithin || error.isAssignedWithin) return
    this.flow.pair(value, error)
  }

  /** The values of a list, each compared with the type that is wanted of it. */
  protected demanded(nodes: readonly Expression[], wanted: readonly (Type | null)[], what: (index: number) => string): Values {
    const types: Type[] = []
    for (const [index, node] of nodes.entries()) {
      const isLast = index === nodes.length - 1
      if (isLast && (node.kind === 'call' || node.kind === 'vararg')) {
        const last = this.spread(node)
        const from = types.length
        for (let at = from; at < wanted.length; at++) {
          const declared = wanted[at]
          if (declared) this.mismatch(node, last.types[at - from] ?? last.more ?? nil, declared, what(at))
        }
        return { types: [...types, ...last.types], more: last.more }
      }
      const declared = wanted[index]
      types.push(declared ? this.demand(node, declared, what(index)) : this.value(node))
    }
    return { types, more: null }
  }

  protected assign({ targets, values }: Statements<'assign'>): void {
    const [target] = targets
    const [node] = values
    if (targets.length === 1 && values.length === 1 && target && node) {
      if (target.kind === 'index') {
        this.#assignOne(target, node)
        return
      }
      const variable = target.kind === 'name' ? this.variableOf(target) : undefined
      if (variable?.declared) {
        this.became(variable, this.demand(node, variable.declared, `'${variable.name}'`))
        return
      }
    }
    const variables = targets.map((one) => (one.kind === 'name' ? this.variableOf(one) : undefined))
    const types = this.demanded(
      values,
      variables.map((variable) => variable?.declared ?? null),
      (index) => `'${variables[index]?.name}'`,
    )
    for (const [index, one] of targets.entries()) {
      const type = this.at(types, index)
      const variable = variables[index]
      if (variable) this.became(variable, type)
      else if (one.kind === 'index') this.assignField(one, type, undefined)
    }
    this.#pair(variables, values, types)
  }

  #assignOne(target: Expression & { readonly kind: 'index' }, node: Expression): void {
    const object = resolved(this.quietly(() => this.value(target.object)))
    const isDescribed = membersOf(object).some((member) => {
      const { kind } = resolved(member)
      return kind === 'record' || kind === 'array' || kind === 'map'
    })
    // What is described is compared part by part, and then told once.
    if (isDescribed) {
      const type = this.quietly(() => this.value(node))
      this.assignField(target, type, node)
    } else this.assignField(target, this.value(node), undefined)
  }

  protected functionStatement({ target, method, body }: Statements<'functionstat'>): void {
    if (method) {
      const owner = this.value(target)
      const self = this.#selfOf(owner)
      const type = this.functionOf(body, {
        isMethod: true,
        ...(self && { self }),
        onSignature: (signature) => this.#give(owner, method.name, signature),
      })
      this.#give(owner, method.name, type)
      return
    }
    if (target.kind === 'index') {
      const owner = this.value(target.object)
      const name = this.fieldNameOf(target)
      const type = this.functionOf(body, { onSignature: (signature) => name !== undefined && this.#give(owner, name, signature) })
      if (name !== undefined) this.#give(owner, name, type)
      return
    }
    const variable = target.kind === 'name' ? this.variableOf(target) : undefined
    const type = this.functionOf(body)
    if (!variable) return
    if (variable.declared) this.mismatch(target, type, variable.declared, `'${variable.name}'`)
    this.became(variable, type)
  }

  /** What methods of a table are called on: it, or something that has its methods. */
  #selfOf(owner: Type): Type | undefined {
    const own = resolved(owner)
    if (own.kind !== 'table') return undefined
    const known = this.#instances.get(own) ?? instanceOf(own, this)
    this.#instances.set(own, known)
    return known
  }

  /** Gives a table a function of its own, in place of what was known of it before its body. */
  #give(owner: Type, name: string, type: Type): void {
    const own = resolved(owner)
    if (own.kind === 'table' && own.owner === this) own.fields.set(name, type)
  }
}
