// Variables that hold a module.

import type { Binding } from './bindings.ts'

/** Whether a variable is made with `require(…)`. */
export const isImported = ({ value }: Binding): boolean =>
  value?.kind === 'call' && value.method === undefined && value.callee.kind === 'name' && value.callee.name === 'require'

/** Whether a variable is not used, and nothing says that it need not be: a name that begins with `_` does. */
export const isForgotten = ({ name, isRead, closes }: Binding): boolean => !isRead && !closes && !name.startsWith('_')
