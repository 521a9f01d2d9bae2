// The grammar of statements: Lua 5.4's, with annotated locals, `type Name = T` and `interface Name … end`.
//
// `type` and `interface` begin a definition only in front of a name, where plain Lua has no sentence of that form.

import type { Arm, Block, Expression, LocalName, Statement } from './ast.ts'
import { BlockEnds } from './block-end.ts'
import { DefinitionParser } from './definition.ts'
import type { Kind, Token } from './token.ts'

const BLOCK_ENDS: ReadonlySet<Kind> = new Set<Kind>(['else', 'elseif', 'end', 'until', '<eof>'])
const ATTRIBUTES: ReadonlySet<string> = new Set(['const', 'close'])
/** Locals that Lua keeps for itself in the two kinds of `for`. */
const NUMERIC_STATE = 3
const GENERIC_STATE = 4

export class StatementParser extends DefinitionParser {
  readonly #ends = new BlockEnds(this.source)

  /** The whole chunk: a variadic function without a name. */
  chunk(): Block {
    this.scope.openFunction(true, 1)
    const block = this.block()
    if (!this.is('<eof>')) {
      const hint = this.is('end') ? "there is one 'end' more than there are blocks to close" : undefined
      this.failExpected('a statement or the end of the file', hint)
    }
    this.scope.close()
    return block
  }

  block(): Block {
    const { start } = this.token
    const body: Statement[] = []
    while (!BLOCK_ENDS.has(this.token.kind)) {
      if (this.accept(';')) continue
      const statement = this.#statement()
      body.push(statement)
      if (statement.kind !== 'return') continue
      this.accept(';')
      if (BLOCK_ENDS.has(this.token.kind)) break
      this.failExpected(
        "the end of the block after 'return'",
        "'return' is the last statement of its block: is an 'end' missing in front of this? (to leave early write 'do return end')",
      )
    }
    return { kind: 'block', start, end: this.end, body }
  }

  /** A block of its own scope. */
  #scoped(loop: boolean): Block {
    this.scope.openBlock(loop)
    const block = this.block()
    this.scope.close()
    return block
  }

  /** Takes the `end` of a block. */
  closeWithEnd(opening: Token): Token {
    if (!this.is('end')) {
      const where = opening.line === this.token.line ? '' : ` at line ${opening.line}`
      return this.failExpected(`'end' to close '${opening.text}'${where}`, this.#ends.hint)
    }
    this.#ends.closed(opening, this.token)
    return this.take()
  }

  #statement(): Statement {
    this.enter()
    const statement = this.#dispatch()
    this.leave()
    return statement
  }

  #dispatch(): Statement {
    const { kind, start, text } = this.token
    switch (kind) {
      case 'local':
        return this.#local()
      case 'function':
        return this.#function()
      case 'if':
        return this.#if()
      case 'for':
        return this.#for()
      case 'return': {
        this.take()
        const values = BLOCK_ENDS.has(this.token.kind) || this.is(';') ? [] : this.expressions()
        return { kind: 'return', start, end: this.end, values }
      }
      case 'while': {
        const opening = this.take()
        const condition = this.#condition('do')
        const block = this.#scoped(true)
        this.closeWithEnd(opening)
        return { kind: 'while', start, end: this.end, condition, block }
      }
      case 'repeat':
        return this.#repeat()
      case 'do': {
        const opening = this.take()
        const block = this.#scoped(false)
        this.closeWithEnd(opening)
        return { kind: 'do', start, end: this.end, block }
      }
      case 'break':
        this.scope.breakAt(this.take())
        return { kind: 'break', start, end: this.end }
      case 'goto': {
        this.take()
        const label = this.expect('<name>', "a label's name")
        this.scope.goto(label)
        return { kind: 'goto', start, end: this.end, label: label.text }
      }
      case '::': {
        this.take()
        const label = this.expect('<name>', "a label's name")
        this.expect('::')
        this.scope.label(label, this.#onlyLabelsFollow())
        return { kind: 'label', start, end: this.end, label: label.text }
      }
      default:
        if (this.peek().kind === '<name>' && kind === '<name>') {
          if (text === 'type') return this.typeDefinition()
          if (text === 'interface') return this.interfaceDefinition()
        }
        return this.#assignmentOrCall()
    }
  }

  #onlyLabelsFollow(): boolean {
    let at = 0
    for (;;) {
      const { kind } = this.peek(at)
      if (kind === ';') at++
      else if (kind === '::') at += 3
      else return kind !== 'until' && BLOCK_ENDS.has(kind)
    }
  }

  #condition(word: 'do' | 'then'): Expression {
    const condition = this.expression()
    if (!this.accept(word)) this.failExpected(`'${word}'`, this.is('=') ? "Lua compares with '=='" : undefined)
    return condition
  }

  #repeat(): Statement {
    const opening = this.take()
    this.scope.openBlock(true)
    const block = this.block()
    this.close('until', opening)
    const condition = this.expression()
    this.scope.close()
    return { kind: 'repeat', start: opening.start, end: this.end, block, condition }
  }

  #if(): Statement {
    const opening = this.token
    const arms: Arm[] = []
    do {
      const { start } = this.take()
      const condition = this.#condition('then')
      const block = this.#scoped(false)
      arms.push({ kind: 'arm', start, end: this.end, condition, block })
    } while (this.is('elseif'))
    const otherwise = this.accept('else') ? this.#scoped(false) : undefined
    this.closeWithEnd(opening)
    return { kind: 'if', start: opening.start, end: this.end, arms, otherwise }
  }

  #for(): Statement {
    const opening = this.take()
    const { start } = opening
    const names: Token[] = []
    const variables: LocalName[] = []
    do {
      const name = this.expect('<name>', "a variable's name")
      const annotation = this.annotation()
      names.push(name)
      variables.push({ kind: 'local', start: name.start, end: this.end, name: name.text, attribute: undefined, annotation })
    } while (this.accept(','))
    const numeric = variables.length === 1 && this.is('=')
    if (!numeric && !this.is('in')) this.failExpected(variables.length === 1 ? "'=' or 'in'" : "'in'")
    this.take()
    const values = this.expressions()
    if (numeric && (values.length < 2 || values.length > 3)) {
      this.fail(`a numeric 'for' takes a start, a limit and an optional step, not ${values.length} values`, opening)
    }
    this.expect('do')
    this.scope.openBlock(true)
    this.scope.reserve(opening, numeric ? NUMERIC_STATE : GENERIC_STATE)
    for (const name of names) this.scope.declare(name)
    const block = this.block()
    this.scope.close()
    this.closeWithEnd(opening)
    if (numeric) return { kind: 'fornumber', start, end: this.end, variable: variables[0]!, bounds: values, block }
    return { kind: 'forin', start, end: this.end, variables, values, block }
  }

  #function(): Statement {
    const opening = this.take()
    const first = this.token
    let target: Expression = this.name("the function's name")
    if (!this.is('.') && !this.is(':')) this.scope.assign(first)
    while (this.accept('.')) {
      const { start, end, name } = this.name("a field's name")
      target = { kind: 'index', start: target.start, end, object: target, key: { kind: 'string', start, end, text: `"${name}"` } }
    }
    const method = this.accept(':') ? this.name("a method's name") : undefined
    const body = this.functionBody(opening, method !== undefined)
    return { kind: 'functionstat', start: opening.start, end: this.end, target, method, body }
  }

  #local(): Statement {
    const { start } = this.take()
    if (this.is('function')) {
      const opening = this.take()
      this.scope.declare(this.token)
      const name = this.name("the function's name")
      const body = this.functionBody(opening, false)
      return { kind: 'localfunction', start, end: this.end, name, body }
    }
    const tokens: Token[] = []
    const names: LocalName[] = []
    do {
      tokens.push(this.token)
      names.push(this.#localName())
    } while (this.accept(','))
    const values = this.accept('=') ? this.expressions() : []
    const closing = tokens.filter((_, index) => names[index]!.attribute === 'close')
    if (closing.length > 1) this.fail("a local statement can have only one '<close>' variable", closing[1]!)
    for (const [index, token] of tokens.entries()) this.scope.declare(token, names[index]!.attribute)
    return { kind: 'localstat', start, end: this.end, names, values }
  }

  #localName(): LocalName {
    const { text: name, start } = this.expect('<name>', "a variable's name")
    let annotation = this.annotation()
    let attribute: string | undefined
    if (this.is('<')) {
      const open = this.take()
      const word = this.expect('<name>', "'const' or 'close'")
      if (!ATTRIBUTES.has(word.text)) this.fail(`unknown attribute '${word.text}'`, word, "an attribute is '<const>' or '<close>'")
      this.closeAngle(open)
      attribute = word.text
      annotation ??= this.annotation()
    }
    return { kind: 'local', start, end: this.end, name, attribute, annotation }
  }

  #assignmentOrCall(): Statement {
    const first = this.token
    const { start } = first
    if (first.kind !== '<name>' && first.kind !== '(') this.failExpected('a statement')
    const target = this.suffixed()
    if (!this.is('=') && !this.is(',')) {
      if (stripped(target).kind === 'call') return { kind: 'callstat', start, end: this.end, call: target }
      this.failExpected(`'=' or a call after ${target.kind === 'name' ? `'${target.name}'` : 'the expression'}`, this.#statementHint(first))
    }
    const targets: Expression[] = [target]
    const check = (node: Expression, token: Token) => {
      if (node.kind === 'name') this.scope.assign(token)
      else if (node.kind !== 'index') this.fail('only a variable or a field can be assigned to', { ...token, end: node.end })
    }
    check(target, first)
    let levels = 0
    while (this.accept(',')) {
      this.enter()
      levels++
      const token = this.token
      const next = this.suffixed()
      check(next, token)
      targets.push(next)
    }
    this.leave(levels)
    this.expect('=')
    const values = this.expressions()
    return { kind: 'assign', start, end: this.end, targets, values }
  }

  #statementHint(first: Token): string | undefined {
    const { kind, end } = this.token
    const next = this.peek()
    if (first.text === 'continue') return "Lua has no 'continue': write 'goto continue' and '::continue::' before the end of the loop"
    if (next.start !== end) return undefined
    if (next.kind === '=') return `Lua has no '${kind}=': write 'x = x ${kind} …'`
    return kind === '+' && next.kind === '+' ? "Lua has no '++': write 'x = x + 1'" : undefined
  }
}

/** An expression without the assertions around it: `f()!` is a call. */
const stripped = (expression: Expression): Expression => {
  let inner = expression
  while (inner.kind === 'cast') inner = inner.inner
  return inner
}
