// Arguments: the values that a call is given, and whether they are those that the function takes.

import type { Call, Expression } from '../ast.ts'
import { withoutNil } from './filter.ts'
import { type Bound, substituted, unify } from './generic.ts'
import { Operations } from './operation.ts'
import { show } from './show.ts'
import { any, type FunctionType, hasNil, isLoose, nil, resolved, type Type, type TypeVariable } from './type.ts'

/** Several values: the first ones, and the type of all behind them. */
export type Values = { readonly types: readonly Type[]; readonly more: Type | null }

const ESCAPES = 3

export abstract class Arguments extends Operations {
  protected abstract call(node: Call): Values

  /** The values of a list of expressions; the last one may give several. */
  protected values(nodes: readonly Expression[]): Values {
    const types: Type[] = []
    for (const [index, node] of nodes.entries()) {
      if (index < nodes.length - 1) types.push(this.value(node))
      else {
        const last = this.spread(node)
        return { types: [...types, ...last.types], more: last.more }
      }
    }
    return { types, more: null }
  }

  /** All values of one expression. */
  protected spread(node: Expression): Values {
    if (node.kind === 'call') return this.call(node)
    if (node.kind === 'vararg') return { types: [], more: this.frame.rest ?? any }
    if (node.kind === 'cast' && node.type === undefined) {
      const { types, more } = this.spread(node.inner)
      return { types: types.map((type) => withoutNil(type)), more }
    }
    return { types: [this.value(node)], more: null }
  }

  /** The one value that several have become, for a variable at `index`. */
  protected at({ types, more }: Values, index: number): Type {
    return types[index] ?? more ?? nil
  }

  protected nameOf(node: Call): string {
    return node.method ? node.method.name : this.textOf(node.callee)
  }

  protected evaluate(node: Call): Values {
    const values = this.values(node.args)
    for (const type of values.types) this.escape(type)
    return values
  }

  /** Whoever is given a table may give it fields. */
  protected escape(type: Type, depth = 0): void {
    if (type.kind !== 'table' || type.owner !== this || depth > ESCAPES) return
    type.open = true
    this.work.spend(1 + type.fields.size)
    for (const field of type.fields.values()) this.escape(field, depth + 1)
  }

  /** The function without the parameter that the object before a colon is given as. */
  protected withReceiver(callee: FunctionType, node: Call, object: Type | undefined): FunctionType {
    const owner = object && resolved(object)
    if (object === undefined) {
      if (!callee.isMethod) return callee
      // A method called with a dot is given its object as the first argument.
      const receiver = { name: 'self', type: any, optional: false }
      const [first] = node.args
      if (callee.isClosed && (!first || first.kind === 'string' || first.kind === 'number')) {
        this.report(
          'E0006',
          node,
          `'${this.nameOf(node)}' is a method`,
          `Call it with a colon: ${this.nameOf(node).replace(/\.(?=[^.]*$)/, ':')}(…).`,
        )
      }
      return { ...callee, parameters: [receiver, ...callee.parameters], ensures: [] }
    }
    if (callee.isMethod) return callee
    const [first, ...rest] = callee.parameters
    if (owner?.kind === 'record' && owner.name !== null && owner.fields.has(node.method?.name ?? '')) {
      const dotted = `${this.textOf(node.callee)}.${node.method?.name ?? ''}`
      this.report('E0006', node, `'${node.method?.name}' is a function of a module, not a method`, `Call it with a dot: ${dotted}(…).`)
      return callee
    }
    if (!first) return callee
    // A declared function may have no parameter for its object.
    const takesIt = first.name === 'self' || (!isLoose(first.type) && this.comparison.fits(object, first.type))
    if (!takesIt && owner?.kind === 'record' && callee.parameters.length === node.args.length) return callee
    return { ...callee, parameters: rest }
  }

  protected instantiated(callee: FunctionType, node: Call): FunctionType {
    const bound: Bound = new Map()
    const variables: ReadonlySet<TypeVariable> = new Set(callee.generics)
    if (node.typeArgs) {
      for (const [index, type] of node.typeArgs.types.entries()) {
        const variable = callee.generics[index]
        if (variable) bound.set(variable, this.types.of(type))
      }
    }
    const { types, more } = this.values(node.args)
    if (!node.typeArgs) {
      for (const [index, parameter] of callee.parameters.entries()) {
        const type = types[index] ?? more
        if (type) unify(parameter.type, type, bound, variables, this.work)
      }
      if (callee.rest) for (const type of types.slice(callee.parameters.length)) unify(callee.rest, type, bound, variables, this.work)
    }
    for (const variable of callee.generics) {
      const type = bound.get(variable)
      if (!type) bound.set(variable, any)
      else if (variable.bound) {
        const found = this.comparison.mismatch(type, variable.bound)
        const why = found === '' || found === null ? '' : `: ${found}`
        if (found !== null)
          this.report('E0011', node.args[0] ?? node, `${show(type)} is not ${show(variable.bound)}, as ${variable.name} has to be${why}`)
      }
    }
    const made = substituted({ ...callee, generics: [] }, bound, this.work) as FunctionType
    this.#count(made, node, types.length, more !== null)
    for (const [index, argument] of node.args.entries()) {
      const wanted = made.parameters[index]?.type ?? made.rest
      const type = types[index]
      if (wanted && type) this.mismatch(argument, type, wanted, this.#argumentName(made, index, node))
      if (type) this.escape(type)
    }
    return made
  }

  #argumentName(callee: FunctionType, index: number, node: Call): string {
    const name = callee.parameters[index]?.name
    return name ? `argument '${name}' of '${this.nameOf(node)}'` : `argument ${index + 1} of '${this.nameOf(node)}'`
  }

  protected arguments(callee: FunctionType, node: Call): void {
    const { args } = node
    let given = args.length
    let isOpen = false
    for (const [index, argument] of args.entries()) {
      const wanted = callee.parameters[index]?.type ?? callee.rest ?? any
      const isLast = index === args.length - 1
      if (isLast && (argument.kind === 'call' || argument.kind === 'vararg')) {
        const { types, more } = this.spread(argument)
        isOpen = more !== null
        given = index + types.length
        // What else a call gives goes where nobody may have meant it to: of that, nothing is told.
        const [first] = types
        if (first) this.mismatch(argument, first, wanted, this.#argumentName(callee, index, node))
        for (const type of types) this.escape(type)
      } else this.escape(this.demand(argument, wanted, this.#argumentName(callee, index, node)))
    }
    this.#count(callee, node, given, isOpen)
  }

  /** Tells arguments that are missing, and such as nobody takes. */
  #count(callee: FunctionType, node: Call, given: number, isOpen: boolean): void {
    const { parameters, rest, isClosed } = callee
    const missing = isOpen ? undefined : parameters.slice(given).find(({ type, optional }) => !optional && !hasNil(type))
    if (missing) {
      this.report('E0006', node, `'${this.nameOf(node)}' is not given its argument '${missing.name}' (${show(missing.type)})`)
    }
    const extra = node.args[parameters.length]
    if (!rest && isClosed && extra) {
      const takes = parameters.length === 0 ? 'no arguments' : `${parameters.length} argument${parameters.length === 1 ? '' : 's'}`
      this.report('E0006', extra, `'${this.nameOf(node)}' takes ${takes}, and is given ${node.args.length}`)
    }
  }

  protected abstract override demand(node: Expression, wanted: Type, what: string): Type
}
