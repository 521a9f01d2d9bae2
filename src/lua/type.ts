// The grammar of types.
//
//   type      = ['|'] postfix { ('|' | '&') postfix } | postfix 'extends' postfix '?' type ':' type
//   postfix   = primary { '?' | '[]' | '[' type ']' | '@' name ['(' args ')'] }
//   primary   = literal | name {'.' name} ['<' types '>'] | '{' … '}' | '(' items ')' ['->' results] | 'readonly' postfix
//             | 'typeof' '(' expression ')' | 'keyof' '(' type ')' | 'fun' '(' items ')' [':' results] | 'asserts' name ['is' type]
//
// All words are names elsewhere. '|' and '&' bind alike, from left to right, and a postfix never begins a new statement.

import { type Expression, MAX_PATH, type Type, type TypeField, type Validator } from './ast.ts'
import type { Token } from './token.ts'
import { LEVELS, TypeItemParser } from './type-item.ts'

/** Names of types that are always there. */
export const PRIMITIVES: ReadonlySet<string> = new Set([
  'any',
  'boolean',
  'error',
  'function',
  'integer',
  'never',
  'nil',
  'number',
  'string',
  'table',
  'thread',
  'unknown',
  'userdata',
])
/** Behind these a '<' is a comparison: `x as number < limit`. */
const SCALARS: ReadonlySet<string> = new Set(['any', 'boolean', 'integer', 'nil', 'number', 'string', 'unknown'])
export abstract class TypeParser extends TypeItemParser {
  abstract expression(): Expression

  type(): Type {
    this.enter(LEVELS)
    if (!this.accept('|')) this.accept('&')
    const type = this.rest(this.#primary())
    this.leave(LEVELS)
    return type
  }

  /** Everything that may follow a primary type. */
  protected rest(primary: Type): Type {
    let type = this.#postfix(primary, true)
    if (this.isWord('extends') && this.sameLine && !this.isFieldMark(1)) return this.#conditional(type)
    let levels = 0
    for (; this.is('|') || this.is('&'); levels++) {
      this.enter()
      const mark = this.token.kind
      const members = [type]
      while (this.accept(mark)) members.push(this.#postfix(this.#primary(), true))
      type = { kind: mark === '|' ? 'union' : 'intersection', start: type.start, end: this.end, members }
    }
    this.leave(levels)
    return type
  }

  #conditional(check: Type): Type {
    this.take()
    const bound = this.#postfix(this.#primary(), false)
    this.expect('?')
    const then = this.type()
    this.expect(':')
    const otherwise = this.type()
    return { kind: 'conditional', start: check.start, end: this.end, check, bound, then, otherwise }
  }

  #postfix(primary: Type, optional: boolean): Type {
    let type = primary
    const { start } = primary
    for (let levels = 0; ; levels++) {
      this.enter()
      if (optional && this.accept('?')) type = { kind: 'optional', start, end: this.end, inner: type }
      else if (this.is('[')) {
        const open = this.take()
        const key = this.is(']') ? undefined : this.type()
        this.close(']', open)
        type = key ? { kind: 'member', start, end: this.end, object: type, key } : { kind: 'array', start, end: this.end, element: type }
      } else if (this.is('@')) {
        const validators: Validator[] = []
        while (this.is('@')) validators.push(this.#validator())
        type = { kind: 'validated', start, end: this.end, inner: type, validators }
      } else {
        this.leave(levels + 1)
        return type
      }
    }
  }

  #validator(): Validator {
    const { start } = this.expect('@')
    const name = this.expect('<name>', "the validator's name").text
    let args: Expression[] = []
    if (this.is('(') && this.sameLine) {
      const open = this.take()
      if (!this.is(')')) args = this.list(() => this.expression())
      this.close(')', open)
    }
    return { kind: 'validator', start, end: this.end, name, args }
  }

  #primary(): Type {
    const { kind, start, text } = this.token
    switch (kind) {
      case 'nil':
      case 'function':
        this.take()
        return { kind: 'primitive', start, end: this.end, name: kind }
      case 'true':
      case 'false':
      case '<string>':
      case '<number>':
        this.take()
        return { kind: 'literal', start, end: this.end, text }
      case '-': {
        this.take()
        const number = this.expect('<number>', 'a number')
        return { kind: 'literal', start, end: this.end, text: `-${number.text}` }
      }
      case '{':
        return this.#braces()
      case '(': {
        const group = this.parentheses()
        return 'kind' in group ? group : this.failExpected("'->' behind the parameters of a function type")
      }
      case '<': {
        const generics = this.generics()
        const { items } = this.items()
        this.expect('->')
        return { kind: 'functiontype', start, end: this.end, generics, parameters: items, results: this.resultTypes() }
      }
      case '<name>':
        return this.#named()
      default:
        return this.failExpected('a type')
    }
  }

  #named(): Type {
    const { start, text } = this.token
    const next = this.peek().kind
    if (text === 'readonly' && (next === '{' || next === '(' || next === '<name>')) {
      this.take()
      this.enter(LEVELS)
      const inner = this.#postfix(this.#primary(), false)
      this.leave(LEVELS)
      return { kind: 'readonly', start, end: this.end, inner }
    }
    if (text === 'typeof' && next === '(') {
      this.take()
      const open = this.take()
      const value = this.expression()
      this.close(')', open)
      return { kind: 'typeof', start, end: this.end, value }
    }
    if (text === 'keyof' && next === '(') {
      this.take()
      const open = this.take()
      const inner = this.type()
      this.close(')', open)
      return { kind: 'keyof', start, end: this.end, inner }
    }
    if (text === 'fun' && next === '(') {
      this.take()
      const { items } = this.items()
      const results = this.accept(':') ? this.resultTypes() : []
      return { kind: 'functiontype', start, end: this.end, generics: undefined, parameters: items, results }
    }
    if (text === 'interface' && next === '{') {
      this.take()
      return this.#braces()
    }
    if (text === 'asserts' && next === '<name>') return this.#asserts()
    return this.reference()
  }

  #asserts(): Type {
    const { start } = this.take()
    const parameter = this.take().text
    const narrows = this.isWord('is') && this.sameLine
    if (narrows) this.take()
    const narrowed = narrows ? this.type() : undefined
    return { kind: 'asserts', start, end: this.end, parameter, narrowed }
  }

  /** A name, a dotted name, with arguments: `string`, `lib.Config`, `Box<User>`. */
  reference(): Type {
    const first = this.expect('<name>', 'a type')
    const { start, text } = first
    const path = [text]
    while (this.accept('.')) path.push(this.expect('<name>', 'a name').text)
    if (path.length > MAX_PATH) this.fail(`the name of a type has more than ${MAX_PATH} parts`, first)
    const generic = this.is('<') && !(path.length === 1 && SCALARS.has(text)) && !this.#isAttribute()
    const args = generic ? this.angled(() => this.type()) : []
    if (path.length === 1 && PRIMITIVES.has(text)) return { kind: 'primitive', start, end: this.end, name: text }
    return { kind: 'reference', start, end: this.end, path, args }
  }

  /** Whether a '<' opens `<const>` or `<close>`. */
  #isAttribute(): boolean {
    const { kind, text } = this.peek()
    return kind === '<name>' && (text === 'const' || text === 'close') && this.peek(2).kind === '>'
  }

  // --- Braces: records, maps, lists

  #braces(): Type {
    const open = this.expect('{')
    const { start } = open
    if (this.is('}') || this.isField()) {
      const fields: TypeField[] = []
      while (!this.is('}')) {
        fields.push(this.field())
        if (!this.accept(',') && !this.accept(';')) break
      }
      this.close('}', open)
      return { kind: 'record', start, end: this.end, fields }
    }
    if (this.is('[')) {
      const bracket = this.take()
      const key = this.type()
      this.close(']', bracket)
      this.expect(':')
      const value = this.type()
      this.#onlyOne(open, 'a map type has one key and one value type: {[K]: V}')
      return { kind: 'map', start, end: this.end, key, value }
    }
    const element = this.type()
    this.#onlyOne(open, 'a list type has one element type: {T}; a record names its fields: {x: T, y: U}')
    return { kind: 'array', start, end: this.end, element }
  }

  #onlyOne(open: Token, hint: string): void {
    if (this.is(',') && this.peek().kind === '}') this.take()
    if (this.is(',')) this.failExpected("'}' to close '{'", hint)
    this.close('}', open)
  }
}
