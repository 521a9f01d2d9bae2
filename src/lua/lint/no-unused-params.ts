// Parameters that their function does not read. A function without a body says what another one takes, and is left alone.

import { nodesOf } from '../walk.ts'
import type { Remark, Rule } from './finding.ts'
import { isForgotten } from './unused.ts'

export const noUnusedParams: Rule = {
  code: 'W0005',
  name: 'no-unused-params',
  severity: 'hint',
  *find({ chunk, bindings }): Iterable<Remark> {
    for (const { parameters, block } of nodesOf(chunk, 'body')) {
      if (block.body.length === 0) continue
      for (const node of parameters) {
        const parameter = bindings.variables.get(node)
        if (!parameter || parameter.name === 'self' || !isForgotten(parameter)) continue
        const { name, start, end } = parameter
        yield { start, end, message: `parameter '${name}' is unused`, hint: `Call it _${name} if it has to stand there.` }
      }
    }
  },
}
