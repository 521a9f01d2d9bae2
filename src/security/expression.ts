// The expressions of `security.policy.expr`: the part of the expr language that decides yes or no.
//
//   literals, [lists], {maps}, a.b a?.b a["b"] a[0] a[1:3], not ! -, + - * / % **, == != < <= > >=, in, not in, contains, startsWith,
//   endsWith, matches, and && or ||, ??, c ? a : b, if c { a } else { b }, let x = a; b, a..b, a | f(b), and functions (builtin.ts), some of
//   them with a predicate in which # is the item, #index which one it is, and #acc what a reduce has come to.
//
//   E1 Nothing but the request can be reached: names are looked up among own keys.
//   E2 Source, nesting, work and texts are bounded; what goes beyond, and what has no meaning (1 < "a"), makes the answer `unknown`.

import type { Regex, Test } from './condition.ts'
import { type More, Parser } from './expression-parser.ts'
import { flag, Meaningless, Work } from './operation.ts'
import { truthOf } from './request.ts'

const LONGEST = 4096 // characters

/** What an expression comes to, given what its names stand for. Throws Meaningless. */
export type Evaluate = (names: Readonly<Record<string, unknown>>) => unknown

/** `more`: functions besides those that every expression has. Throws a sentence (Error) for what is no expression. */
export const evaluatorOf = (source: string, regex: Regex, more: More = {}): Evaluate => {
  if (source.trim() === '') throw new Error('the expression is empty')
  if (source.length > LONGEST) throw new Error(`the expression is longer than ${LONGEST} characters`)
  const node = new Parser(source, regex, more).parse()
  return (names) => node({ names, own: {}, work: new Work() })
}

/** An expression of a policy. Throws as `evaluatorOf`. */
export const expressionOf = (source: string, regex: Regex): Test => {
  const evaluate = evaluatorOf(source, regex)
  return ({ actor, action, resource, meta }) => {
    try {
      return truthOf(flag(evaluate({ actor: { id: actor?.id, meta: actor?.meta ?? {} }, action, resource, meta })))
    } catch (error) {
      if (error instanceof Meaningless) return 'unknown'
      throw error
    }
  }
}
