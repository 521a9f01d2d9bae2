// Types as they are written, to types as values: names looked up where they stand, generic definitions given their arguments.

import type { AnyNode, Expression, FunctionType as FunctionNode, Generics, TypeItem, Type as TypeNode, TypeStatement } from '../ast.ts'
import { stringValue } from '../literal.ts'
import { fieldOf } from './assignable.ts'
import type { Code } from './codes.ts'
import { show } from './show.ts'
import {
  any,
  anyFunction,
  anytable,
  array,
  boolean,
  FALSE,
  type Field,
  type FunctionType,
  fn,
  integer,
  literal,
  never,
  nil,
  number,
  optional,
  record,
  resolved,
  string,
  TRUE,
  type Type,
  type TypeVariable,
  thread,
  union,
  unknown,
  userdata,
} from './type.ts'

/** What stands behind a name of a type: how many arguments it takes, and the type with them. */
export type Definition = { readonly name: string; readonly arity: number; readonly make: (args: readonly Type[]) => Type }

export type TypeScope = { readonly outer: TypeScope | null; readonly names: Map<string, Definition> }

/** What types need of the code around them. */
export type Context = {
  /** The value of an expression, for `typeof`. */
  readonly valueOf: (expression: Expression) => Type
  /** What a dotted name of a type comes to that is no name of a scope: `lib.Config`. */
  readonly memberNamed: (path: readonly string[], args: readonly Type[], node: AnyNode) => Type
  readonly refuse: (code: Code, node: AnyNode, message: string, hint?: string) => void
  readonly spend: () => void
  /** Whether metatables are set in the chunk. */
  readonly hasMeta: boolean
}

const BASICS: Readonly<Record<string, Type>> = {
  any,
  boolean,
  // Errors are strings, tables and objects alike.
  error: any,
  function: anyFunction,
  integer,
  never,
  nil,
  number,
  string,
  table: anytable,
  thread,
  unknown,
  userdata,
}

export class TypeReader {
  readonly #context: Context
  scope: TypeScope = { outer: null, names: new Map() }

  constructor(context: Context) {
    this.#context = context
  }

  open(): void {
    this.scope = { outer: this.scope, names: new Map() }
  }

  close(): void {
    this.scope = this.scope.outer!
  }

  find(name: string): Definition | undefined {
    for (let scope: TypeScope | null = this.scope; scope; scope = scope.outer) {
      const found = scope.names.get(name)
      if (found) return found
    }
    return undefined
  }

  /** Makes a definition known in its block. */
  define(statement: TypeStatement): Definition {
    const { scope } = this
    const name = statement.name.name
    const parameters = statement.generics?.parameters ?? []
    const made = new Map<Type, Type>()
    const expand = (args: readonly Type[]): Type => {
      let known: Type | null = null
      const resolve = (): Type => {
        if (known) return known
        this.#context.spend()
        known = any // while it is read
        known = this.#within(
          { outer: scope, names: new Map(parameters.map((one, index) => [one.name, constant(one.name, args[index] ?? any)])) },
          () => {
            const own = this.of(statement.definition)
            if (own.kind === 'record' && statement.bases.length === 0)
              return { ...own, label: shownName(name, args), hasMeta: this.#context.hasMeta }
            return statement.bases.length > 0
              ? { kind: 'intersection', members: [...statement.bases.map((base) => this.of(base)), own] }
              : own
          },
        )
        return known
      }
      return { kind: 'named', name, args, resolve }
    }
    const definition: Definition = {
      name,
      arity: parameters.length,
      make: (args) => {
        const [only = any] = args
        if (args.length > 1) return expand(args)
        const same = made.get(only)
        if (same) return same
        const type = expand(args)
        made.set(only, type)
        return type
      },
    }
    scope.names.set(name, definition)
    return definition
  }

  #within<Result>(scope: TypeScope, read: () => Result): Result {
    const outer = this.scope
    this.scope = scope
    try {
      return read()
    } finally {
      this.scope = outer
    }
  }

  /** The parameters of a generic function, known from here on in the scope that is open. */
  generics(generics: Generics | undefined): TypeVariable[] {
    return (generics?.parameters ?? []).map(({ name, bound }) => {
      const variable: TypeVariable = { kind: 'variable', name, bound: bound ? this.of(bound) : null }
      this.scope.names.set(name, constant(name, variable))
      return variable
    })
  }

  of(node: TypeNode): Type {
    this.#context.spend()
    switch (node.kind) {
      case 'primitive':
        return BASICS[node.name] ?? any
      case 'literal':
        return literalOf(node.text)
      case 'reference':
        return this.#reference(node.path, node.args, node)
      case 'array':
        return array(this.of(node.element))
      case 'map':
        return { kind: 'map', key: this.of(node.key), value: this.of(node.value), isReadonly: false }
      case 'record': {
        const fields = new Map<string, Field>()
        for (const field of node.fields) fields.set(field.name, { type: this.of(field.type), optional: field.optional })
        return record(fields)
      }
      case 'functiontype':
        return this.function(node)
      case 'optional':
        return optional(this.of(node.inner))
      case 'readonly':
        return readonly(this.of(node.inner))
      case 'group':
      case 'validated':
        return this.of(node.inner)
      case 'keyof':
        return string
      case 'union':
        return union(node.members.map((member) => this.of(member)))
      case 'intersection':
        return { kind: 'intersection', members: node.members.map((member) => this.of(member)) }
      case 'member':
        return this.#member(this.of(node.object), this.of(node.key))
      case 'conditional':
      case 'asserts':
        return any
      case 'typeof':
        return this.#context.valueOf(node.value)
    }
  }

  function(node: FunctionNode): FunctionType {
    this.open()
    const generics = this.generics(node.generics)
    const { parameters, rest } = this.#items(node.parameters)
    const { types: results, more } = this.results(node.results)
    this.close()
    return fn({ generics, parameters, rest, results, more, isClosed: true })
  }

  #items(items: readonly TypeItem[]): Pick<FunctionType, 'parameters' | 'rest'> {
    const rest = items.find(({ variadic }) => variadic)
    const parameters = items
      .filter(({ variadic }) => !variadic)
      .map(({ name = '', optional: isOptional, type }) => {
        const inner = this.of(type)
        return { name, type: isOptional ? optional(inner) : inner, optional: isOptional }
      })
    return { parameters, rest: rest ? this.of(rest.type) : null }
  }

  results(items: readonly TypeItem[]): { readonly types: Type[]; readonly more: Type | null } {
    const rest = items.find(({ variadic }) => variadic)
    return { types: items.filter(({ variadic }) => !variadic).map(({ type }) => this.of(type)), more: rest ? this.of(rest.type) : null }
  }

  #reference(path: readonly string[], nodes: readonly TypeNode[], node: AnyNode): Type {
    const args = nodes.map((one) => this.of(one))
    const found = path.length === 1 ? this.find(path[0]!) : undefined
    if (!found) return this.#context.memberNamed(path, args, node)
    if (args.length !== found.arity) {
      const takes = found.arity === 0 ? 'no type arguments' : `${found.arity} type argument${found.arity === 1 ? '' : 's'}`
      this.#context.refuse('E0011', node, `'${found.name}' takes ${takes}, and is given ${args.length}`)
      return any
    }
    return found.make(args)
  }

  #member(object: Type, key: Type): Type {
    const inner = resolved(key)
    if (inner.kind === 'literal' && typeof inner.value === 'string') return fieldOf(object, inner.value) ?? any
    const table = resolved(object)
    return table.kind === 'array' ? table.element : table.kind === 'map' ? table.value : any
  }
}

const shownName = (name: string, args: readonly Type[]): string => (args.length === 0 ? name : `${name}<${args.map(show).join(', ')}>`)

const constant = (name: string, type: Type): Definition => ({ name, arity: 0, make: () => type })

const readonly = (type: Type): Type => {
  const inner = resolved(type)
  return inner.kind === 'record' || inner.kind === 'array' || inner.kind === 'map' ? { ...inner, isReadonly: true } : type
}

/** The type of a literal by its text. */
export const literalOf = (text: string): Type => {
  if (text === 'true') return TRUE
  if (text === 'false') return FALSE
  if (/^["'[]/.test(text)) return literal(stringValue(text), 'string')
  return literal(Number(text), /^-?(?:\d+|0[xX][0-9a-fA-F]+)$/.test(text) ? 'integer' : 'number')
}
