// The statements that define a type: `type Name<T> = …` and `interface Name: Base … end`.
//
// The name becomes a local of the block, as Lua's own locals do: it can be used behind the statement, and inside the type itself.

import type { Type, TypeField, TypeItem, TypeStatement } from './ast.ts'
import { ExpressionParser } from './expression.ts'

/** What the code of a definition nests around the description of its type. */
const LEVELS = 16

export abstract class DefinitionParser extends ExpressionParser {
  typeDefinition(): TypeStatement {
    const { start } = this.take()
    const token = this.token
    const name = this.name()
    const generics = this.generics()
    this.expect('=', `'=' after 'type ${name.name}'`)
    this.enter(LEVELS)
    const definition = this.type()
    this.leave(LEVELS)
    this.scope.declare(token)
    return { kind: 'typestat', start, end: this.end, name, generics, bases: [], definition }
  }

  interfaceDefinition(): TypeStatement {
    const opening = this.take()
    const token = this.token
    const name = this.name()
    if (this.is('<')) this.failExpected("':' or the interface's members", 'an interface has no type parameters; use type Name<T> = {…}')
    const bases = this.accept(':') ? this.list(() => this.reference()) : []
    const { start } = this.token
    const fields: TypeField[] = []
    this.enter(LEVELS)
    while (!this.is('end')) {
      if (this.is('<eof>')) this.closeWithEnd(opening)
      fields.push(this.is('function') && this.peek().kind !== ':' && this.peek().kind !== '?' ? this.#signature() : this.field())
      if (!this.accept(',')) this.accept(';')
    }
    this.leave(LEVELS)
    const definition: Type = { kind: 'record', start, end: this.end, fields }
    this.closeWithEnd(opening)
    this.scope.declare(token)
    return { kind: 'typestat', start: opening.start, end: this.end, name, generics: undefined, bases, definition }
  }

  /** `function name(parameters): results` without a body. */
  #signature(): TypeField {
    const { start } = this.take()
    const name = this.name("the method's name").name
    const generics = this.generics()
    const open = this.expect('(', "'(' and the parameters")
    const parameters = this.is(')') ? [] : this.list(() => this.#signatureParameter())
    this.close(')', open)
    const results = this.results()?.items ?? []
    const type: Type = { kind: 'functiontype', start: open.start, end: this.end, generics, parameters, results }
    return { kind: 'typefield', start, end: this.end, name, optional: false, type }
  }

  #signatureParameter(): TypeItem {
    const { start, kind, text } = this.token
    const variadic = kind === '...'
    if (variadic) this.take()
    else this.expect('<name>', "a parameter's name")
    const optional = this.is('?')
    const type = this.annotation(true)?.type ?? { kind: 'primitive', start, end: this.end, name: 'any' }
    return { kind: 'typeitem', start, end: this.end, name: variadic ? undefined : text, optional, variadic, type }
  }
}
