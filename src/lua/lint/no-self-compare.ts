// Comparisons of something with itself. `x ~= x` is how Lua asks whether a number is NaN, and stays.

import type { Expression } from '../ast.ts'
import { nodesOf } from '../walk.ts'
import type { Remark, Rule } from './finding.ts'

const RESULTS: Readonly<Record<string, string>> = { '==': 'true', '<=': 'true', '>=': 'true', '<': 'false', '>': 'false' }

/** An expression without the parentheses and casts around it. */
const bare = (expression: Expression): Expression => {
  let inner = expression
  while (inner.kind === 'paren' || inner.kind === 'cast') inner = inner.inner
  return inner
}

const MAX_DEPTH = 64

/** Whether both are the same without a call in between, which may give something else each time. */
const isSame = (one: Expression, other: Expression, text: string, depth = MAX_DEPTH): boolean => {
  const [a, b] = [bare(one), bare(other)]
  if (depth === 0) return false
  if (a.kind === 'name') return b.kind === 'name' && a.name === b.name
  if (a.kind === 'index') {
    return b.kind === 'index' && isSame(a.object, b.object, text, depth - 1) && isSame(a.key, b.key, text, depth - 1)
  }
  if (a.kind === 'string') return b.kind === 'string' && a.text === b.text
  return a.kind === 'number' && b.kind === 'number' && text.slice(a.start, a.end) === text.slice(b.start, b.end)
}

export const noSelfCompare: Rule = {
  code: 'W0003',
  name: 'no-self-compare',
  severity: 'error',
  *find({ chunk }): Iterable<Remark> {
    for (const { operator, left, right, start, end } of nodesOf(chunk, 'binary')) {
      const result = RESULTS[operator]
      if (result === undefined || !isSame(left, right, chunk.source.text)) continue
      const hint =
        operator === '=='
          ? 'Is one side another variable? (Whether a number is NaN is asked with x ~= x.)'
          : 'Is one side another variable?'
      yield { start, end, message: `comparison of identical expressions; result is always ${result}`, hint }
    }
  },
}
