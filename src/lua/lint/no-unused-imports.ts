// Modules that are required into a variable that nothing reads, neither for a value nor for a type.

import type { Remark, Rule } from './finding.ts'
import { isForgotten, isImported } from './unused.ts'

export const noUnusedImports: Rule = {
  code: 'W0006',
  name: 'no-unused-imports',
  severity: 'warning',
  *find({ bindings }): Iterable<Remark> {
    for (const binding of bindings.variables.values()) {
      if (!isImported(binding) || !isForgotten(binding)) continue
      const { name, start, end } = binding
      yield { start, end, message: `imported module '${name}' is never used`, hint: 'Leave it out here, and where the entry declares it.' }
    }
  },
}
