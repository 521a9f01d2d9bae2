// Which modules a chunk names: every `require("x")` with a literal.

import type { Chunk } from './ast.ts'
import { stringValue } from './literal.ts'
import { nodesOf } from './walk.ts'

export type Require = { readonly name: string; readonly line: number; readonly column: number }

/** The string-literal requires of a chunk in the order of the text; the place is that of the literal. */
export const requires = (chunk: Chunk): Require[] => {
  const found: Require[] = []
  for (const call of nodesOf(chunk, 'call')) {
    const [argument] = call.args
    if (call.method || call.callee.kind !== 'name' || call.callee.name !== 'require' || argument?.kind !== 'string') continue
    found.push({ name: stringValue(argument.text), ...chunk.source.place(argument.start) })
  }
  return found
}
