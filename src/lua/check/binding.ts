// Which variable each name of a chunk is, and where variables are assigned: what a check has to know before it can say what a value is.

import type { AnyNode, Block, Chunk, Expression, FunctionBody, LocalName, Name, Parameter, Statement } from '../ast.ts'
import { stringValue } from '../literal.ts'
import type { Type } from './type.ts'

export type Variable = {
  readonly name: string
  /** What facts about it are found by. */
  readonly key: string
  /** Assignments behind its declaration. */
  assigned: number
  /** Whether a function within its own assigns it: at any time, from where it stands. */
  isAssignedWithin: boolean
  readonly level: number
  /** What its annotation says. */
  declared: Type | null
  /** What it was declared with, when it is never assigned again. */
  constant: Type | null
  /** The field that it was declared with: what is known of one is known of the other. */
  alias: Expression | null
}

/** What is assigned anywhere in a loop, so that nothing is known of it where the loop begins again. */
export type Loop = { readonly variables: Set<Variable>; readonly fields: Set<string>; hasBreak: boolean }

/** The parts of a tree that declare. */
type Declaration = LocalName | Parameter | Name | FunctionBody

/** Deeper expressions are neither bound nor checked; no person writes them. */
export const MAX_DEPTH = 300

export class Bindings {
  readonly variables = new Map<Declaration, Variable>()
  /** By their keys. */
  readonly all: Variable[] = []
  readonly uses = new Map<Name, Variable>()
  readonly loops = new Map<Statement, Loop>()
  /** Names of fields that are assigned somewhere outside of a constructor. */
  readonly assignedFields = new Set<string>()
  /** Names of globals that it makes. */
  readonly assignedGlobals = new Set<string>()
  /** Whether it may make globals that nobody sees here: it uses the table of them. */
  hasOpenGlobals = false
  /** Whether it sets metatables. */
  hasMeta = false
  readonly chunk: Chunk

  constructor(chunk: Chunk) {
    this.chunk = chunk
    new Binder(this).block(chunk.block)
  }
}

class Binder {
  readonly #bindings: Bindings
  readonly #scopes: Map<string, Variable>[] = []
  readonly #loops: Loop[] = []
  #level = 0
  #depth = 0

  constructor(bindings: Bindings) {
    this.#bindings = bindings
  }

  #declare(node: Declaration, name: string): void {
    const variable: Variable = {
      name,
      key: String(this.#bindings.all.length),
      assigned: 0,
      isAssignedWithin: false,
      level: this.#level,
      declared: null,
      constant: null,
      alias: null,
    }
    this.#scopes.at(-1)!.set(name, variable)
    this.#bindings.variables.set(node, variable)
    this.#bindings.all.push(variable)
  }

  #find(name: string): Variable | undefined {
    for (let at = this.#scopes.length - 1; at >= 0; at--) {
      const found = this.#scopes[at]!.get(name)
      if (found) return found
    }
    return undefined
  }

  block(block: Block, declare?: () => void): void {
    this.#scopes.push(new Map())
    declare?.()
    // Types may be used before their definition, in the same block.
    for (const statement of block.body) if (statement.kind === 'typestat') this.#declare(statement.name, statement.name.name)
    for (const statement of block.body) this.#statement(statement)
    this.#scopes.pop()
  }

  #body(body: FunctionBody, isMethod: boolean): void {
    this.#level++
    this.block(body.block, () => {
      if (isMethod) this.#declare(body, 'self')
      for (const parameter of body.parameters) this.#declare(parameter, parameter.name)
    })
    this.#level--
  }

  #assign(target: Expression): void {
    if (target.kind === 'index') {
      const name = target.key.kind === 'string' ? stringValue(target.key.text) : undefined
      if (name !== undefined && target.object.kind === 'name' && target.object.name === '_G' && !this.#find('_G')) {
        this.#bindings.assignedGlobals.add(name)
        return
      }
      this.expression(target)
      if (name === undefined) return
      this.#bindings.assignedFields.add(name)
      for (const loop of this.#loops) loop.fields.add(name)
      return
    }
    if (target.kind !== 'name') {
      this.expression(target)
      return
    }
    const variable = this.#find(target.name)
    if (!variable) {
      this.#bindings.assignedGlobals.add(target.name)
      return
    }
    this.#bindings.uses.set(target, variable)
    variable.assigned++
    if (variable.level !== this.#level) variable.isAssignedWithin = true
    for (const loop of this.#loops) loop.variables.add(variable)
  }

  #loop(statement: Statement, inside: () => void): void {
    const loop: Loop = { variables: new Set(), fields: new Set(), hasBreak: false }
    this.#bindings.loops.set(statement, loop)
    this.#loops.push(loop)
    inside()
    this.#loops.pop()
  }

  #statement(statement: Statement): void {
    switch (statement.kind) {
      case 'localstat':
        for (const value of statement.values) this.expression(value)
        for (const name of statement.names) this.#declare(name, name.name)
        return
      case 'localfunction':
        this.#declare(statement.name, statement.name.name)
        this.#body(statement.body, false)
        return
      case 'functionstat':
        if (statement.method) {
          this.expression(statement.target)
          this.#bindings.assignedFields.add(statement.method.name)
        } else this.#assign(statement.target)
        this.#body(statement.body, statement.method !== undefined)
        return
      case 'assign':
        for (const value of statement.values) this.expression(value)
        for (const target of statement.targets) this.#assign(target)
        return
      case 'callstat':
        this.expression(statement.call)
        return
      case 'do':
        this.block(statement.block)
        return
      case 'while':
        this.#loop(statement, () => {
          this.expression(statement.condition)
          this.block(statement.block)
        })
        return
      case 'repeat':
        this.#loop(statement, () => {
          this.#scopes.push(new Map())
          for (const one of statement.block.body) if (one.kind === 'typestat') this.#declare(one.name, one.name.name)
          for (const one of statement.block.body) this.#statement(one)
          this.expression(statement.condition)
          this.#scopes.pop()
        })
        return
      case 'if':
        for (const arm of statement.arms) {
          this.expression(arm.condition)
          this.block(arm.block)
        }
        if (statement.otherwise) this.block(statement.otherwise)
        return
      case 'fornumber':
        for (const bound of statement.bounds) this.expression(bound)
        this.#loop(statement, () => this.block(statement.block, () => this.#declare(statement.variable, statement.variable.name)))
        return
      case 'forin':
        for (const value of statement.values) this.expression(value)
        this.#loop(statement, () =>
          this.block(statement.block, () => {
            for (const variable of statement.variables) this.#declare(variable, variable.name)
          }),
        )
        return
      case 'return':
        for (const value of statement.values) this.expression(value)
        return
      case 'break': {
        const loop = this.#loops.at(-1)
        if (loop) loop.hasBreak = true
        return
      }
      case 'goto':
        // It may leave a loop, as a break does.
        for (const loop of this.#loops) loop.hasBreak = true
        return
      case 'typestat':
        this.#types(statement.definition)
        return
      case 'label':
        return
    }
  }

  /** Expressions within types: `typeof(x)`. */
  #types(type: AnyNode): void {
    if (type.kind === 'typeof') this.expression(type.value)
  }

  expression(node: Expression): void {
    if (++this.#depth <= MAX_DEPTH) this.#inside(node)
    this.#depth--
  }

  #inside(node: Expression): void {
    switch (node.kind) {
      case 'name': {
        const variable = this.#find(node.name)
        if (variable) this.#bindings.uses.set(node, variable)
        else if (node.name === 'setmetatable') this.#bindings.hasMeta = true
        else if (node.name === '_G' || node.name === '_ENV' || node.name === 'setfenv') this.#bindings.hasOpenGlobals = true
        return
      }
      case 'function':
        this.#body(node.body, false)
        return
      case 'index':
        // One global by its name is none that nobody sees.
        if (!(node.object.kind === 'name' && node.object.name === '_G' && node.key.kind === 'string')) this.expression(node.object)
        if (node.key.kind !== 'string') this.expression(node.key)
        return
      case 'call':
        this.expression(node.callee)
        for (const argument of node.args) this.expression(argument)
        return
      case 'binary':
        this.expression(node.left)
        this.expression(node.right)
        return
      case 'unary':
        this.expression(node.operand)
        return
      case 'table':
        for (const { key, value } of node.fields) {
          if (key && key.kind !== 'string') this.expression(key)
          this.expression(value)
        }
        return
      case 'paren':
      case 'cast':
        this.expression(node.inner)
        return
      default:
        return
    }
  }
}
