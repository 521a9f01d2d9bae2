// What expressions come to, and how much a rendering looks at for it: characters and items that are made, compared, printed or gone through.

import { WippyError } from '../error.ts'
import { builtins, TAKES_LISTS } from './builtin.ts'
import { renderFailed } from './fault.ts'
import type { Expression } from './node.ts'
import type { Around } from './scope.ts'
import { fieldOf, isMap, isTrue, jsonOf, LARGEST, namedAs, operate, textOf } from './value.ts'

const MAX_WORK = 64 * 1024 * 1024

export class Evaluation {
  #work = 0

  /** What an expression comes to. Throws TEMPLATE_RENDER. */
  value(expression: Expression, around: Around): unknown {
    switch (expression.kind) {
      case 'value':
        return expression.value
      case 'context':
        return around.context
      case 'name': {
        const holder = around.scope.holder(expression.name)
        if (holder === null) throw renderFailed(around.template, expression.line, `there is no variable ${expression.name}`)
        return holder.get(expression.name)
      }
      case 'field':
        return this.#field(expression, around)
      case 'slice':
        return this.#slice(expression, around)
      case 'choice':
        return this.value(this.isTrue(expression.test, around) ? expression.yes : expression.no, around)
      case 'unary':
        return this.#unary(expression, around)
      case 'binary':
        return this.#binary(expression, around)
      case 'call':
        return this.#call(expression, around)
    }
  }

  #field({ of, key, line }: Extract<Expression, { kind: 'field' }>, around: Around): unknown {
    const value = this.value(of, around)
    if (typeof value === 'string') this.spend(value.length, around, line) // its bytes are counted
    return fieldOf(value, this.value(key, around))
  }

  isTrue(expression: Expression, around: Around): boolean {
    const value = this.value(expression, around)
    if (isMap(value)) this.spend(Object.keys(value).length, around, 0)
    return isTrue(value)
  }

  #slice({ of, from, to, line }: Extract<Expression, { kind: 'slice' }>, around: Around): unknown {
    const value = this.value(of, around)
    if (typeof value !== 'string' && !Array.isArray(value)) throw renderFailed(around.template, line, 'only lists and texts have parts')
    const index = (at: Expression | null, fallback: number): number => (at === null ? fallback : Number(this.value(at, around)))
    return this.#counted(value.slice(index(from, 0), index(to, value.length)), around, line)
  }

  #unary({ sign, operand, line }: Extract<Expression, { kind: 'unary' }>, around: Around): unknown {
    if (sign === '!') return !this.isTrue(operand, around)
    const value = this.value(operand, around)
    if (typeof value === 'number') return -value
    throw renderFailed(around.template, line, `- means nothing for ${namedAs(value)}`)
  }

  #binary({ sign, left, right, line }: Extract<Expression, { kind: 'binary' }>, around: Around): unknown {
    if (sign === '&&') return this.isTrue(left, around) && this.isTrue(right, around)
    if (sign === '||') return this.isTrue(left, around) || this.isTrue(right, around)
    const [a, b] = [this.value(left, around), this.value(right, around)]
    if (typeof a === 'object' && typeof b === 'object' && (sign === '==' || sign === '!=')) {
      const json = (value: unknown): string => this.#wholly(() => jsonOf(value), around, line)
      return (json(a) === json(b)) === (sign === '==')
    }
    if (typeof a === 'string' && typeof b === 'string') this.spend(Math.min(a.length, b.length), around, line)
    const made = operate(sign, a, b)
    if (made === undefined) throw renderFailed(around.template, line, `${sign} means nothing for ${namedAs(a)} and ${namedAs(b)}`)
    return this.#counted(made, around, line)
  }

  #call({ callee, args, line }: Extract<Expression, { kind: 'call' }>, around: Around): unknown {
    if (callee === 'isset') return args.every((arg) => this.#isSet(arg, around))
    const builtin = builtins.get(callee)
    if (builtin === undefined) throw renderFailed(around.template, line, `there is no function ${callee}`)
    const values = args.map((arg) => this.#argument(callee, this.value(arg, around), around, line))
    try {
      return this.#counted(builtin(...values), around, line)
    } catch (why) {
      if (why instanceof WippyError) throw why
      if (TAKES_LISTS.has(callee)) this.spend(LARGEST, around, line) // it may have gone through so much before it gave up
      throw renderFailed(around.template, line, `${callee}: ${(why as Error).message}`)
    }
  }

  #argument(callee: string, value: unknown, around: Around, line: number): unknown {
    if (typeof value === 'string') this.spend(value.length, around, line)
    const isWhole = typeof value === 'object' && value !== null && !TAKES_LISTS.has(callee)
    return isWhole ? this.whole(value, around, line) : value
  }

  /** A value as a whole, as text. Throws a TypeError for one that is too large. */
  whole(value: unknown, around: Around, line: number): string {
    return this.#wholly(() => textOf(value), around, line)
  }

  #wholly(make: () => string, around: Around, line: number): string {
    try {
      const text = make()
      this.spend(text.length, around, line)
      return text
    } catch (why) {
      if (why instanceof TypeError) this.spend(LARGEST, around, line) // it was gone through until it was too large
      throw why
    }
  }

  #counted(made: unknown, around: Around, line: number): unknown {
    if (typeof made === 'string' || Array.isArray(made)) this.spend(made.length, around, line)
    return made
  }

  /** Counts what is made or looked at, or nothing: throws once that is too much. */
  spend(work: number, { template }: Around, line: number): void {
    this.#work += work
    if (this.#work > MAX_WORK) throw renderFailed(template, line, `more than ${MAX_WORK} characters and items on the way`)
  }

  #isSet(expression: Expression, around: Around): boolean {
    if (expression.kind === 'name' && around.scope.holder(expression.name) === null) return false
    if (expression.kind === 'field' && !this.#isSet(expression.of, around)) return false
    const value = this.value(expression, around)
    return value !== undefined && value !== null
  }
}
