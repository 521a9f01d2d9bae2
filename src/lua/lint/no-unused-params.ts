// Parameters that their function does not read. A function without a body says what another one takes, and is left alone.

import type { Remark, Rule } from './finding.ts'
import { isForgotten } from './unused.ts'

export const noUnusedParams: Rule = {
  code: 'W0005',
  name: 'no-unused-params',
  severity: 'hint',
  *find({ bindings }): Iterable<Remark> {
    for (const parameter of bindings.parameters) {
      const { name, start, end } = parameter
      if (name === 'self' || !isForgotten(parameter)) continue
      yield { start, end, message: `parameter '${name}' is unused`, hint: `Call it _${name} if it has to stand there.` }
    }
  },
}
