// Statements: what is known behind each.

import type { Block, Expression, LocalName, Statement } from '../ast.ts'
import type { Values } from './argument.ts'
import { Assignments, type Statements } from './assignment.ts'
import { withoutNil } from './filter.ts'
import { Flow } from './flow.ts'
import { show } from './show.ts'
import { any, hasNil, integer, nil, number, resolved, type Type } from './type.ts'

export abstract class StatementReader extends Assignments {
  protected block(block: Block): void {
    this.types.open()
    for (const statement of block.body) if (statement.kind === 'typestat') this.#define(statement)
    for (const statement of block.body) {
      this.work.spend()
      this.#statement(statement)
    }
    this.types.close()
  }

  #define(statement: Statements<'typestat'>): void {
    const { name, arity, make } = this.types.define(statement)
    this.bindings.variables.get(statement.name)!.constant = { kind: 'type', name, arity, make }
  }

  #statement(statement: Statement): void {
    switch (statement.kind) {
      case 'localstat':
        this.local(statement)
        return
      case 'localfunction': {
        const variable = this.bindings.variables.get(statement.name)!
        const known = this.functionOf(statement.body, { onSignature: (type) => this.settle(variable, type) })
        this.settle(variable, known)
        return
      }
      case 'functionstat':
        this.functionStatement(statement)
        return
      case 'assign':
        this.assign(statement)
        return
      case 'callstat':
        this.spread(statement.call)
        return
      case 'do':
        this.block(statement.block)
        return
      case 'while':
        this.#while(statement)
        return
      case 'repeat':
        this.#repeat(statement)
        return
      case 'if':
        this.#if(statement)
        return
      case 'fornumber':
        this.#forNumber(statement)
        return
      case 'forin':
        this.#forIn(statement)
        return
      case 'return':
        this.#return(statement)
        this.flow.isDead = true
        return
      case 'break':
      case 'goto':
        this.flow.isDead = true
        return
      case 'label':
        this.flow.clear()
        return
      case 'typestat':
        // Its parts are read once, so that mistakes in it are told also when nobody uses it.
        resolved(this.types.find(statement.name.name)?.make([]) ?? any)
    }
  }

  // --- Ways

  #if({ arms, otherwise }: Statements<'if'>): void {
    let met: Flow | null = null
    for (const { condition, block } of arms) {
      this.probed(condition)
      const not = this.when(condition, false)
      this.flow = this.when(condition, true)
      this.block(block)
      met = met ? Flow.meet(met, this.flow) : this.flow
      this.flow = not
    }
    if (otherwise) this.block(otherwise)
    this.flow = met ? Flow.meet(met, this.flow) : this.flow
  }

  /** Goes into a loop; answers what holds behind it, whatever it did. */
  #enter(statement: Statement): Flow {
    this.work.spend(1 + (this.flow.size >> 2))
    const loop = this.bindings.loops.get(statement)
    if (loop) this.flow.enter(loop)
    return new Flow(this.flow)
  }

  #while(statement: Statements<'while'>): void {
    const { condition, block } = statement
    const after = this.#enter(statement)
    this.probed(condition)
    const hasBreak = this.bindings.loops.get(statement)?.hasBreak ?? true
    const done = this.when(condition, false)
    this.flow = this.when(condition, true)
    this.block(block)
    this.flow = hasBreak ? after : done
  }

  #repeat(statement: Statements<'repeat'>): void {
    const after = this.#enter(statement)
    this.types.open()
    for (const one of statement.block.body) if (one.kind === 'typestat') this.#define(one)
    for (const one of statement.block.body) this.#statement(one)
    if (!this.flow.isDead) this.value(statement.condition)
    this.types.close()
    const hasBreak = this.bindings.loops.get(statement)?.hasBreak ?? true
    this.flow = hasBreak ? after : this.when(statement.condition, true)
  }

  #forNumber(statement: Statements<'fornumber'>): void {
    const types = statement.bounds.map((bound) => this.demand(bound, number, "bound of 'for'"))
    const after = this.#enter(statement)
    const isWhole = types.every((type) => type.kind === 'integer' || (type.kind === 'literal' && type.of === 'integer'))
    this.#variable(statement.variable, isWhole ? integer : number)
    this.block(statement.block)
    this.flow = after
  }

  #forIn(statement: Statements<'forin'>): void {
    const [first] = statement.values
    const each = first && statement.values.length === 1 ? this.iterated(first) : []
    const given = this.values(statement.values)
    const after = this.#enter(statement)
    // An iterator gives nil only when it is over.
    const iterator = resolved(given.types[0] ?? any)
    const results = iterator.kind === 'fn' ? iterator.results.map((type, index) => (index === 0 ? withoutNil(type) : type)) : []
    if (first && statement.values.length === 1) this.#iterable(first, iterator)
    for (const [index, variable] of statement.variables.entries()) this.#variable(variable, each[index] ?? results[index] ?? any)
    this.block(statement.block)
    this.flow = after
  }

  #iterable(node: Expression, type: Type): void {
    const isTable = type.kind === 'array' || type.kind === 'map' || (type.kind === 'table' && !type.open && type.element)
    if (isTable) this.report('E0003', node, `${show(type)} is not a function: 'for … in' wants one`, 'Write ipairs(x) or pairs(x).')
  }

  #variable(node: LocalName, type: Type): void {
    const variable = this.bindings.variables.get(node)!
    if (node.annotation) {
      variable.declared = this.types.of(node.annotation.type)
      this.mismatch(node, type, variable.declared, `'${variable.name}'`)
    } else this.settle(variable, type)
  }

  #return({ values, start, end }: Statements<'return'>): void {
    const { declared, more, returned } = this.frame
    if (!declared) {
      returned.push(this.values(values))
      return
    }
    const given = this.demanded(values, declared, (index) => (index === 0 ? 'returned' : `returned as value ${index + 1}`))
    const extra = values[declared.length]
    if (extra && !more) {
      const promised = declared.length === 1 ? 'one value' : `${declared.length} values`
      this.report('E0006', extra, `the function says that it returns ${promised}, and returns ${values.length}`)
    }
    if (given.more !== null) return
    for (const [index, type] of declared.entries()) {
      if (index >= given.types.length && index >= values.length && !hasNil(type)) {
        this.report(
          'E0001',
          { start, end },
          `nil is not assignable to ${show(type)} (returned as value ${index + 1})`,
          'Return a value, or declare that it may be nil.',
        )
        return
      }
    }
  }

  /** Checks the whole chunk; answers what it returns. */
  protected chunkBlock(): Values {
    this.block(this.chunk.block)
    const { returned } = this.frame
    if (returned.length === 1) return returned[0]!
    return { types: [returned.length === 0 ? nil : any], more: any }
  }
}
