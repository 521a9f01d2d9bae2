// Variables that nothing reads.

import type { Binding } from './bindings.ts'
import type { Remark, Rule } from './finding.ts'
import { isForgotten, isImported } from './unused.ts'

const WORDS: Readonly<Partial<Record<Binding['kind'], string>>> = { local: 'variable', function: 'function', loop: 'loop variable' }

export const noUnusedVars: Rule = {
  code: 'W0004',
  name: 'no-unused-vars',
  severity: 'warning',
  *find({ bindings }): Iterable<Remark> {
    for (const binding of bindings.variables.values()) {
      const word = WORDS[binding.kind]
      if (word === undefined || !isForgotten(binding) || isImported(binding)) continue
      const { name, start, end, isSet } = binding
      const message = `${word} '${name}' is ${isSet ? 'assigned' : 'declared'} but never used`
      const others = word === 'function' ? '' : `, or call it _${name} if it has to stand there`
      yield { start, end, message, hint: `Leave it out${others}.` }
    }
  },
}
