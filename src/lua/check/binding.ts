// Which variable each name of a chunk is, and where variables and fields are assigned: what a check has to know before it can say what a value is.

import type { AnyNode, Chunk, Expression, Name, Statement } from '../ast.ts'
import { stringValue } from '../literal.ts'
import { type Declaration, Resolver } from '../resolver.ts'
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

export class Bindings extends Resolver<Variable> {
  readonly variables = new Map<Declaration, Variable>()
  /** By their keys. */
  readonly all: Variable[] = []
  readonly uses = new Map<Name, Variable>()
  readonly loops = new Map<Statement, Loop>()
  /** Names of fields that are assigned somewhere outside of a constructor, and how often. */
  readonly assignedFields = new Map<string, number>()
  /** Whether it assigns fields whose names are made while it runs. */
  namesFields = false
  /** Names of globals that it makes. */
  readonly assignedGlobals = new Set<string>()
  /** Whether it may make globals that nobody sees here: it uses the table of them. */
  hasOpenGlobals = false
  /** How often it names what sets metatables. */
  metatables = 0
  protected readonly typesComeFirst = true
  /** Those around what is looked at. */
  readonly #around: Loop[] = []

  constructor({ block }: Chunk) {
    super()
    this.block(block)
  }

  protected declared(node: Declaration, name: string): Variable {
    const variable: Variable = {
      name,
      key: String(this.all.length),
      assigned: 0,
      isAssignedWithin: false,
      level: this.level,
      declared: null,
      constant: null,
      alias: null,
    }
    this.variables.set(node, variable)
    this.all.push(variable)
    return variable
  }

  protected read(variable: Variable | undefined, node: AnyNode): void {
    if (node.kind !== 'name') return
    if (variable) this.uses.set(node, variable)
    else if (node.name === 'setmetatable') this.metatables++
    else if (node.name === 'rawset') this.namesFields = true
    else if (node.name === '_G' || node.name === '_ENV' || node.name === 'setfenv') this.hasOpenGlobals = true
  }

  protected assigned(variable: Variable | undefined, node: Name): void {
    if (!variable) {
      this.assignedGlobals.add(node.name)
      return
    }
    this.uses.set(node, variable)
    variable.assigned++
    if (variable.level !== this.level) variable.isAssignedWithin = true
    for (const loop of this.#around) loop.variables.add(variable)
  }

  /** One global by its name, `_G.name`: it is none that nobody sees. */
  #isGlobal(node: AnyNode): boolean {
    return node.kind === 'index' && node.object.kind === 'name' && node.object.name === '_G' && node.key.kind === 'string'
  }

  protected override visit(node: AnyNode): boolean {
    return node.kind !== 'typeof' && !this.#isGlobal(node) && super.visit(node)
  }

  protected override assign(target: Expression, by: Statement): void {
    super.assign(target, by)
    if (by.kind === 'functionstat' && by.method) {
      this.#assignedField(by.method.name)
      return
    }
    if (target.kind !== 'index') return
    if (target.key.kind !== 'string') {
      if (target.object.kind === 'name' && target.key.kind !== 'number') this.namesFields = true
      return
    }
    const name = stringValue(target.key.text)
    if (this.#isGlobal(target) && !this.find('_G')) {
      this.assignedGlobals.add(name)
      return
    }
    this.#assignedField(name)
    for (const loop of this.#around) loop.fields.add(name)
  }

  #assignedField(name: string): void {
    this.assignedFields.set(name, (this.assignedFields.get(name) ?? 0) + 1)
  }

  protected override statement(statement: Statement): void {
    switch (statement.kind) {
      case 'while':
      case 'repeat':
      case 'fornumber':
      case 'forin': {
        const loop: Loop = { variables: new Set(), fields: new Set(), hasBreak: false }
        this.loops.set(statement, loop)
        this.#around.push(loop)
        super.statement(statement)
        this.#around.pop()
        return
      }
      case 'typestat':
        // Of types only this is followed: type T = typeof(x).
        if (statement.definition.kind === 'typeof') this.reads(statement.definition.value)
        return
      case 'break':
        this.#around.at(-1)!.hasBreak = true
        return
      case 'goto':
        // It may leave a loop, as a break does.
        for (const loop of this.#around) loop.hasBreak = true
        return
      default:
        super.statement(statement)
    }
  }
}
