// Variables that hide one of the same name in a block or function around theirs.

import type { Remark, Rule } from './finding.ts'

export const noShadowedVars: Rule = {
  code: 'W0007',
  name: 'no-shadowed-vars',
  severity: 'hint',
  *find({ chunk, bindings }): Iterable<Remark> {
    for (const { name, kind, start, end, hides } of bindings.variables.values()) {
      if (hides === null || kind === 'type' || name === 'self' || name.startsWith('_')) continue
      const { line } = chunk.source.place(hides.start)
      const message = `variable '${name}' shadows a variable in an outer scope`
      yield { start, end, message, hint: `The other one is declared in line ${line}.` }
    }
  },
}
