// What a chunk hands to whoever runs it, as far as its text says so.

import type { Chunk } from './ast.ts'
import { stringValue } from './literal.ts'

/**
 * The names in the table that a chunk returns, when its last statement is `return { name = …, … }`. Null for anything else: what it
 * returns is then known only when it has run.
 */
export const returnedNames = ({ block }: Chunk): readonly string[] | null => {
  const last = block.body.at(-1)
  if (last?.kind !== 'return' || last.values.length !== 1) return null
  const [value] = last.values
  if (value?.kind !== 'table') return null
  const names: string[] = []
  for (const { key } of value.fields) {
    if (key?.kind === 'string') names.push(stringValue(key.text))
    else if (key !== undefined) return null
  }
  return names
}
