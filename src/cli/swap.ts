// What became of a save, for people: which entries changed, which version that made, how long it took; or why nothing did.

import { describe } from '../error.ts'
import type { Swap } from '../index.ts'

const SHOWN = 6 // entries of one line
const VERBS = { 'entry.update': 'changed', 'entry.create': 'new', 'entry.delete': 'gone' } as const

const listed = (ids: readonly string[]): string =>
  ids.length <= SHOWN ? ids.join(', ') : `${ids.slice(0, SHOWN).join(', ')} and ${ids.length - SHOWN} more`

/** `current` is the name of the version that runs. */
export const swapText = ({ version, operations, problems, replaced, ms }: Swap, current: string): string => {
  if (version === null) return [...problems.map(describe), `nothing was changed: ${current} runs on`].join('\n')
  const parts = Object.entries(VERBS).flatMap(([kind, verb]) => {
    const ids = operations.flatMap((one) => (one.kind !== kind ? [] : one.kind === 'entry.delete' ? one.id : one.entry.id))
    return ids.length === 0 ? [] : `${verb} ${listed(ids)}`
  })
  const note = replaced.length === 0 ? [] : `  → changed at run time before, now as the file says: ${listed(replaced)}`
  return [`${current} in ${Math.round(ms)} ms: ${parts.join('; ')}`, ...note].join('\n')
}
