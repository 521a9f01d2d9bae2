// Which variable each name of a chunk is. Who wants to know something of variables says what becomes of each name.
//
// Scopes are those of Lua 5.4: parameters stand in one with the locals of their function, loop variables with those of their body, and the
// condition of `repeat` sees what the body declares.

import type { AnyNode, Block, Expression, FunctionBody, LocalName, Name, Parameter, Statement } from './ast.ts'
import { walk } from './walk.ts'

/** What declares a variable: a body its `self`, which nobody wrote. */
export type Declaration = LocalName | Parameter | Name | FunctionBody
export type Kind = 'local' | 'function' | 'parameter' | 'loop' | 'type' | 'self'

export abstract class Resolver<Variable> {
  readonly #scopes: Map<string, Variable>[] = []
  readonly #visit = (node: AnyNode): boolean => this.visit(node)
  /** Functions around what is looked at. */
  protected level = 0

  /** Whether types are known in all of their block, and not only behind their definition, as locals are. */
  protected abstract readonly typesComeFirst: boolean
  /** The variable for a declaration; `value` is what it is made with, where that is one expression of its own. */
  protected abstract declared(node: Declaration, name: string, kind: Kind, value?: Expression): Variable
  /** A name that is read, in an expression or a type. */
  protected abstract read(variable: Variable | undefined, node: AnyNode): void
  /** A name that a statement assigns to. */
  protected abstract assigned(variable: Variable | undefined, node: Name, by: Statement): void

  protected find(name: string): Variable | undefined {
    for (let at = this.#scopes.length - 1; at >= 0; at--) {
      const found = this.#scopes[at]!.get(name)
      if (found) return found
    }
    return undefined
  }

  /** Whether the scope has a variable of that name itself. */
  protected isDeclaredHere(name: string): boolean {
    return this.#scopes.at(-1)!.has(name)
  }

  #declare(node: Declaration, name: string, kind: Kind, value?: Expression): void {
    this.#scopes.at(-1)!.set(name, this.declared(node, name, kind, value))
  }

  #declareLocals(names: readonly LocalName[], kind: 'local' | 'loop', values: readonly Expression[] = []): void {
    for (const [at, name] of names.entries()) this.#declare(name, name.name, kind, values[at])
  }

  /** A block with what stands in its scope before it and behind it. */
  protected block({ body }: Block, before?: () => void, behind?: () => void): void {
    this.#scopes.push(new Map())
    before?.()
    if (this.typesComeFirst) for (const one of body) if (one.kind === 'typestat') this.#declare(one.name, one.name.name, 'type')
    for (const statement of body) this.statement(statement)
    behind?.()
    this.#scopes.pop()
  }

  #body(body: FunctionBody, isMethod = false): void {
    this.level++
    this.block(body.block, () => {
      if (isMethod) this.#declare(body, 'self', 'self')
      for (const parameter of body.parameters) {
        this.reads(parameter.annotation)
        if (parameter.name !== '...') this.#declare(parameter, parameter.name, 'parameter')
      }
      this.reads(body.generics, body.results)
    })
    this.level--
  }

  /** Looks at expressions and types. */
  protected reads(...nodes: readonly (AnyNode | undefined)[]): void {
    for (const node of nodes) if (node) walk(node, this.#visit)
  }

  #annotations(names: readonly LocalName[]): void {
    for (const { annotation } of names) this.reads(annotation)
  }

  /** Looks at a node of an expression or a type; answers whether to go on with those in it. */
  protected visit(node: AnyNode): boolean {
    switch (node.kind) {
      case 'body':
        this.#body(node)
        return false
      case 'name':
        this.read(this.find(node.name), node)
        return false
      case 'reference':
        this.read(this.find(node.path[0] ?? ''), node)
        return true
      case 'asserts':
        this.read(this.find(node.parameter), node)
        return true
      default:
        return node.kind !== 'string' // the most frequent leaf
    }
  }

  /** Looks at what a statement assigns to, or gives a method to: that is read. */
  protected assign(target: Expression, by: Statement): void {
    const getsMethod = by.kind === 'functionstat' && by.method !== undefined
    if (target.kind === 'name' && !getsMethod) this.assigned(this.find(target.name), target, by)
    else this.reads(target)
  }

  protected statement(statement: Statement): void {
    switch (statement.kind) {
      case 'localstat':
        this.#annotations(statement.names)
        this.reads(...statement.values)
        this.#declareLocals(statement.names, 'local', statement.values)
        break
      case 'localfunction':
        this.#declare(statement.name, statement.name.name, 'function')
        this.#body(statement.body)
        break
      case 'functionstat':
        this.assign(statement.target, statement)
        this.#body(statement.body, statement.method !== undefined)
        break
      case 'assign':
        this.reads(...statement.values)
        for (const target of statement.targets) this.assign(target, statement)
        break
      case 'callstat':
        this.reads(statement.call)
        break
      case 'do':
        this.block(statement.block)
        break
      case 'while':
        this.reads(statement.condition)
        this.block(statement.block)
        break
      case 'repeat':
        this.block(statement.block, undefined, () => this.reads(statement.condition))
        break
      case 'if':
        for (const { condition, block } of statement.arms) {
          this.reads(condition)
          this.block(block)
        }
        if (statement.otherwise) this.block(statement.otherwise)
        break
      case 'fornumber':
        this.reads(...statement.bounds, statement.variable.annotation)
        this.block(statement.block, () => this.#declareLocals([statement.variable], 'loop'))
        break
      case 'forin':
        this.reads(...statement.values)
        this.#annotations(statement.variables)
        this.block(statement.block, () => this.#declareLocals(statement.variables, 'loop'))
        break
      case 'return':
        this.reads(...statement.values)
        break
      case 'typestat':
        if (!this.typesComeFirst) this.#declare(statement.name, statement.name.name, 'type')
        this.reads(statement.generics, ...statement.bases, statement.definition)
        break
      default: // break, goto and label name no variable
    }
  }
}
