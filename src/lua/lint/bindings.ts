// Who is meant by a name: every variable of a chunk, what reads it, what it hides, and what is assigned to that is no variable.
//
// Scopes are those of Lua 5.4: parameters stand in one with the locals of their function, loop variables with those of their body, and the
// condition of `repeat` sees what the body declares.

import type { AnyNode, Block, Chunk, Expression, FunctionBody, LocalName, Name, Statement } from '../ast.ts'
import { walk } from '../walk.ts'
import type { Stretch } from './finding.ts'

/** One variable. */
export type Binding = Stretch & {
  readonly name: string
  readonly kind: 'local' | 'function' | 'parameter' | 'loop' | 'type'
  /** What it is made with, where that is one expression of its own. */
  readonly value: Expression | null
  /** Whether it is there to be closed. */
  readonly closes: boolean
  /** What had its name until then, in a block or function around its own. */
  readonly hides: Binding | null
  readonly isRead: boolean
  /** Whether it is assigned to after it was declared. */
  readonly isSet: boolean
}

/** An assignment to a name that is no variable. */
export type GlobalWrite = Stretch & { readonly name: string; readonly isFunction: boolean }

export type Bindings = {
  /** In the order of the text. */
  readonly variables: readonly Binding[]
  readonly globals: readonly GlobalWrite[]
  /** The parameters of each function of the chunk that has a body. */
  readonly parameters: readonly Binding[]
}

type Known = { -readonly [Key in keyof Binding]: Binding[Key] }
type Scope = { readonly outer: Scope | null; readonly names: Map<string, Known> }

class Resolver {
  readonly variables: Known[] = []
  readonly globals: GlobalWrite[] = []
  readonly parameters: Known[] = []
  #scope: Scope = { outer: null, names: new Map() }

  block({ body }: Block): void {
    for (const statement of body) this.#statement(statement)
  }

  #within(work: () => void): void {
    const outer = this.#scope
    this.#scope = { outer, names: new Map() }
    work()
    this.#scope = outer
  }

  #find(name: string, from: Scope | null = this.#scope): Known | null {
    for (let scope = from; scope; scope = scope.outer) {
      const known = scope.names.get(name)
      if (known) return known
    }
    return null
  }

  #declare(name: string, start: number, kind: Binding['kind'], more: { value?: Expression | null; closes?: boolean } = {}): Known {
    const known: Known = {
      name,
      start,
      end: start + name.length,
      kind,
      value: more.value ?? null,
      closes: more.closes ?? false,
      hides: this.#scope.names.has(name) ? null : this.#find(name, this.#scope.outer),
      isRead: false,
      isSet: false,
    }
    this.#scope.names.set(name, known)
    this.variables.push(known)
    return known
  }

  #declareLocal({ name, start, attribute }: LocalName, kind: 'local' | 'loop', value: Expression | null = null): void {
    this.#declare(name, start, kind, { value, closes: attribute === 'close' })
  }

  #read(name: string): void {
    const known = this.#find(name)
    if (known) known.isRead = true
  }

  #assign({ name, start, end }: Name, isFunction: boolean): void {
    const known = this.#find(name)
    if (known) known.isSet = true
    else this.globals.push({ name, start, end, isFunction })
  }

  /** Everything that is read in expressions and types. */
  #reads(...nodes: readonly (AnyNode | undefined)[]): void {
    const methods = new Set<AnyNode>()
    for (const root of nodes) {
      if (root === undefined) continue
      walk(root, (node) => {
        if (node.kind === 'body') {
          this.#function(node)
          return false
        }
        if (node.kind === 'call' && node.method) methods.add(node.method)
        if (node.kind === 'name' && !methods.has(node)) this.#read(node.name)
        if (node.kind === 'reference') this.#read(node.path[0] ?? '')
        if (node.kind === 'asserts') this.#read(node.parameter)
        return true
      })
    }
  }

  #function({ generics, parameters, results, block }: FunctionBody, isMethod = false): void {
    this.#within(() => {
      if (isMethod) this.#scope.names.set('self', hidden())
      for (const { name, start, annotation } of parameters) {
        this.#reads(annotation)
        if (name === '...') continue
        const known = this.#declare(name, start, 'parameter')
        if (block.body.length > 0) this.parameters.push(known)
      }
      this.#reads(generics, results)
      this.block(block)
    })
  }

  #statement(statement: Statement): void {
    switch (statement.kind) {
      case 'localstat': {
        const { names, values } = statement
        this.#reads(...names.map(({ annotation }) => annotation), ...values)
        for (const [at, name] of names.entries()) this.#declareLocal(name, 'local', values[at])
        break
      }
      case 'localfunction':
        this.#declare(statement.name.name, statement.name.start, 'function')
        this.#function(statement.body)
        break
      case 'functionstat': {
        const { target, method, body } = statement
        if (target.kind === 'name') this.#assign(target, true)
        else this.#reads(target)
        this.#function(body, method !== undefined)
        break
      }
      case 'assign':
        this.#reads(...statement.values)
        for (const target of statement.targets) {
          if (target.kind === 'name') this.#assign(target, false)
          else this.#reads(target)
        }
        break
      case 'callstat':
        this.#reads(statement.call)
        break
      case 'do':
        this.#within(() => this.block(statement.block))
        break
      case 'while':
        this.#reads(statement.condition)
        this.#within(() => this.block(statement.block))
        break
      case 'repeat':
        this.#within(() => {
          this.block(statement.block)
          this.#reads(statement.condition)
        })
        break
      case 'if':
        for (const { condition, block } of statement.arms) {
          this.#reads(condition)
          this.#within(() => this.block(block))
        }
        this.#within(() => statement.otherwise && this.block(statement.otherwise))
        break
      case 'fornumber':
        this.#reads(...statement.bounds, statement.variable.annotation)
        this.#loop([statement.variable], statement.block)
        break
      case 'forin':
        this.#reads(...statement.values, ...statement.variables.map(({ annotation }) => annotation))
        this.#loop(statement.variables, statement.block)
        break
      case 'return':
        this.#reads(...statement.values)
        break
      case 'typestat':
        this.#declare(statement.name.name, statement.name.start, 'type')
        this.#reads(statement.generics, ...statement.bases, statement.definition)
        break
      default: // break, goto and label name no variable
    }
  }

  #loop(variables: readonly LocalName[], block: Block): void {
    this.#within(() => {
      for (const variable of variables) this.#declareLocal(variable, 'loop')
      this.block(block)
    })
  }
}

/** The `self` of a method, which nobody wrote. */
const hidden = (): Known => ({
  ...{ name: 'self', start: 0, end: 0, kind: 'parameter', value: null, closes: false },
  ...{ hides: null, isRead: false, isSet: false },
})

/** Every variable of a chunk, looked up once. */
export const bindingsOf = ({ block }: Chunk): Bindings => {
  const resolver = new Resolver()
  resolver.block(block)
  return resolver
}
