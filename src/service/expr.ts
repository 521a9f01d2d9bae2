// The host half of `expr`: the expressions of policies, for anybody. And `now()`, in seconds. Bounded in length, nesting and work; see security/expression.ts.

import type { Clock } from '../clock.ts'
import { Kind, WippyError } from '../error.ts'
import { isFields } from '../registry/entry.ts'
import { type Evaluate, evaluatorOf } from '../security/expression.ts'
import type { More } from '../security/expression-parser.ts'
import { Meaningless, Work, weigh } from '../security/operation.ts'
import { regex } from './policies.ts'
import type { Operation, Service } from './service.ts'

const MOST_RESULT = 256 * 1024 // values, or 64 times as many characters
const KEPT = 1000 // compiled expressions; the least recently used is dropped

const failed = (kind: Kind, message: string): WippyError => new WippyError('EXPR', kind, message, { retryable: false })

export const exprService = ({ nowMs }: Pick<Clock, 'nowMs'>): Service => {
  const compiled = new Map<string, Evaluate>() // in order of last use

  const compile = (source: string): Evaluate => {
    if (source === '') throw failed(Kind.Invalid, 'the expression is empty')
    const known = compiled.get(source)
    if (known) compiled.delete(source)
    const evaluate = known ?? fresh(source, { now: () => Math.floor(nowMs() / 1000) })
    compiled.set(source, evaluate)
    if (compiled.size > KEPT) compiled.delete(compiled.keys().next().value!)
    return evaluate
  }

  const evaluate: Operation = ({ target, args: [names] }) => {
    const run = compile(target)
    try {
      const value = run(isFields(names) ? names : {})
      weigh(value, new Work(MOST_RESULT))
      return [value]
    } catch (error) {
      if (error instanceof Meaningless) throw failed(Kind.Internal, `the expression has no value: ${error.message}`)
      throw error
    }
  }

  return {
    name: 'expr',
    operations: {
      'expr.eval': evaluate,
      'expr.check': ({ target }) => {
        compile(target)
        return [true]
      },
    },
  }
}

const fresh = (source: string, more: More): Evaluate => {
  try {
    return evaluatorOf(source, regex, more)
  } catch (error) {
    throw failed(Kind.Internal, (error as Error).message)
  }
}
