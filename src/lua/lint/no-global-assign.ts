// Assignments that make a variable of the whole process, mostly for want of `local`. `_` takes what nobody wants, and stays.

import type { Remark, Rule } from './finding.ts'
import { GLOBALS } from './globals.ts'

export const noGlobalAssign: Rule = {
  code: 'W0002',
  name: 'no-global-assign',
  severity: 'warning',
  *find({ bindings }): Iterable<Remark> {
    for (const { name, start, end, isFunction } of bindings.globals) {
      if (GLOBALS.has(name) || name === '_') continue
      const what = isFunction ? `function '${name}' is global` : `assignment to global variable '${name}'`
      yield { start, end, message: what, hint: isFunction ? `Write: local function ${name}` : `Declare it: local ${name} = …` }
    }
  },
}
