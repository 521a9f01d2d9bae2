// The grammar of expressions: Lua 5.4's, with casts (`x as T`, `x :: T`), assertions (`x!`), typed functions and `f::<T>(x)`.
//
// `as` is a cast when what follows can only be a type, or could be one and `as` stands on the line where the operand ended: a plain Lua
// chunk may have a variable of that name. `:: name ::` is a label, never a cast.

import { AnnotationParser } from './annotation.ts'
import type { Block, Call, Expression, Field, FunctionBody, Name, Parameter } from './ast.ts'
import { isReserved, type Kind, type Token } from './token.ts'

const UNARY = 12
/** How strongly an operator binds to its left and to its right side. */
const BINARY: Partial<Record<Kind, readonly [left: number, right: number]>> = {
  or: [1, 1],
  and: [2, 2],
  '<': [3, 3],
  '>': [3, 3],
  '<=': [3, 3],
  '>=': [3, 3],
  '~=': [3, 3],
  '==': [3, 3],
  '|': [4, 4],
  '~': [5, 5],
  '&': [6, 6],
  '<<': [7, 7],
  '>>': [7, 7],
  '..': [9, 8],
  '+': [10, 10],
  '-': [10, 10],
  '*': [11, 11],
  '/': [11, 11],
  '//': [11, 11],
  '%': [11, 11],
  '^': [14, 13],
}
const VALUE_STARTS: ReadonlySet<Kind> = new Set<Kind>(['<name>', '<string>', '<number>', '{', '[', 'function', 'true', 'false', 'nil'])
const HINTS: Partial<Record<Kind, string>> = {
  '!': "Lua writes 'not'",
  '&': "Lua writes 'and'",
  '|': "Lua writes 'or'",
  '=': "Lua compares with '=='",
}

export abstract class ExpressionParser extends AnnotationParser {
  /** Statements up to, not including, the word that ends the block. */
  abstract block(): Block
  abstract closeWithEnd(opening: Token): Token

  expression(limit = 0): Expression {
    this.enter()
    let left = this.#operand()
    for (let bind = BINARY[this.token.kind]; bind && bind[0] > limit; bind = BINARY[this.token.kind]) {
      const operator = this.take().kind
      const right = this.expression(bind[1])
      left = { kind: 'binary', start: left.start, end: right.end, operator, left, right }
    }
    this.leave()
    return left
  }

  expressions(): Expression[] {
    return this.list(() => this.expression())
  }

  #operand(): Expression {
    const { kind, start } = this.token
    if (kind !== 'not' && kind !== '-' && kind !== '#' && kind !== '~') return this.#casts(this.#simple())
    this.take()
    const operand = this.expression(UNARY)
    return { kind: 'unary', start, end: operand.end, operator: kind, operand }
  }

  #simple(): Expression {
    const { kind, start, end, text } = this.token
    switch (kind) {
      case 'nil':
      case 'true':
      case 'false':
        this.take()
        return { kind, start, end }
      case '<number>':
        this.take()
        return { kind: 'number', start, end }
      case '<string>':
        this.take()
        return { kind: 'string', start, end, text }
      case '...':
        this.scope.varargAt(this.take())
        return { kind: 'vararg', start, end }
      case '{':
        return this.#table()
      case 'function': {
        const opening = this.take()
        const body = this.functionBody(opening, false)
        return { kind: 'function', start, end: this.end, body }
      }
      default:
        return this.suffixed()
    }
  }

  // --- Casts

  #casts(operand: Expression): Expression {
    let inner = operand
    for (;;) {
      const mark = this.token.start
      if (this.is('!')) {
        this.take()
        inner = { kind: 'cast', start: inner.start, end: this.end, inner, type: undefined, mark }
      } else if (this.#castFollows()) {
        this.take()
        const type = this.type()
        inner = { kind: 'cast', start: inner.start, end: this.end, inner, type, mark }
      } else return inner
    }
  }

  #castFollows(): boolean {
    if (this.is('::')) return !(this.peek().kind === '<name>' && this.peek(2).kind === '::')
    if (!this.isWord('as')) return false
    switch (this.peek().kind) {
      case '<name>':
      case '<number>':
      case 'nil':
      case 'true':
      case 'false':
      case 'function':
      case '<':
      case '|':
      case '&':
      case '-':
        return true
      case '(':
      case '{':
      case '<string>':
        return this.sameLine
      default:
        return false
    }
  }

  // --- Names, fields, calls

  /** A name or parentheses with everything that hangs on it. */
  suffixed(): Expression {
    let object = this.#head()
    const { start } = object
    for (;;) {
      switch (this.token.kind) {
        case '.': {
          this.take()
          const { name, end } = this.name("a field's name")
          object = { kind: 'index', start, end, object, key: { kind: 'string', start: end - name.length, end, text: `"${name}"` } }
          break
        }
        case '[': {
          const open = this.take()
          const key = this.expression()
          this.close(']', open)
          object = { kind: 'index', start, end: this.end, object, key }
          break
        }
        case ':': {
          this.take()
          object = this.#call(object, this.name("a method's name"))
          break
        }
        case '!': {
          const mark = this.take().start
          object = { kind: 'cast', start, end: this.end, inner: object, type: undefined, mark }
          if (this.is('(') && !this.sameLine) return object
          break
        }
        case '::': {
          const next = this.peek()
          if (next.kind !== '<' || next.start !== this.token.end) return object
          object = this.#call(object, undefined)
          break
        }
        case '(':
        case '{':
        case '<string>':
          object = this.#call(object, undefined)
          break
        default:
          return object
      }
    }
  }

  #head(): Expression {
    const { kind, start } = this.token
    if (kind === '<name>') return this.name()
    if (kind !== '(') return this.failExpected('an expression', HINTS[kind])
    const open = this.take()
    const inner = this.expression()
    this.close(')', open)
    return { kind: 'paren', start, end: this.end, inner }
  }

  name(what = 'a name'): Name {
    if (!this.is('<name>') && isReserved(this.token))
      this.failExpected(what, `'${this.token.text}' is a reserved word: write ["${this.token.text}"]`)
    const { text, start, end } = this.expect('<name>', what)
    return { kind: 'name', start, end, name: text }
  }

  #call(callee: Expression, method: Name | undefined): Call {
    const { start } = callee
    const typeArgs = this.typeArguments()
    const args = this.#arguments(method)
    return { kind: 'call', start, end: this.end, callee, method, typeArgs, args }
  }

  #arguments(method: Name | undefined): Expression[] {
    const { kind, start, end, text } = this.token
    if (kind === '<string>') {
      this.take()
      return [{ kind: 'string', start, end, text }]
    }
    if (kind === '{') return [this.#table()]
    if (kind !== '(') {
      const hint = method && `only a call may follow a colon; a field is '.${method.name}'`
      return this.failExpected(`'(' and the arguments${method ? ` of '${method.name}'` : ''}`, hint)
    }
    const open = this.take()
    const list = this.is(')') ? [] : this.expressions()
    this.close(')', open)
    return list
  }

  // --- Tables and functions

  #table(): Expression {
    const open = this.expect('{')
    const fields: Field[] = []
    while (!this.is('}')) {
      fields.push(this.#field())
      if (!this.accept(',') && !this.accept(';')) break
    }
    this.close('}', open, VALUE_STARTS.has(this.token.kind) ? 'put a comma between two fields' : undefined)
    return { kind: 'table', start: open.start, end: this.end, fields }
  }

  #field(): Field {
    const { kind, start, end, text } = this.token
    let key: Expression | undefined
    if (kind === '[') {
      const open = this.take()
      key = this.expression()
      this.close(']', open)
      this.expect('=')
    } else if (kind === '<name>' && this.peek().kind === '=') {
      this.take()
      this.take()
      key = { kind: 'string', start, end, text: `"${text}"` }
    }
    const value = this.expression()
    return { kind: 'field', start, end: this.end, key, value }
  }

  /** From behind the function's name to its `end`. A method has a local `self`. */
  functionBody(opening: Token, method: boolean): FunctionBody {
    const { start } = this.token
    const generics = this.generics()
    const open = this.expect('(', "'(' and the parameters")
    const names: Token[] = []
    const parameters: Parameter[] = []
    if (!this.is(')')) {
      do {
        const variadic = this.is('...')
        const name = variadic ? this.take() : this.expect('<name>', "a parameter's name")
        if (!variadic) names.push(name)
        const optional = this.is('?')
        const annotation = this.annotation(true)
        parameters.push({ kind: 'parameter', start: name.start, end: this.end, name: name.text, optional, annotation })
        if (variadic) break
      } while (this.accept(','))
    }
    this.close(')', open)
    const results = this.results()
    this.scope.openFunction(parameters.at(-1)?.name === '...', opening.line)
    if (method) this.scope.declare({ ...opening, text: 'self' })
    for (const name of names) this.scope.declare(name)
    const block = this.block()
    this.closeWithEnd(opening)
    this.scope.close()
    return { kind: 'body', start, end: this.end, generics, parameters, results, block }
  }
}
