// Every entry of the current version, without the lines of its values. Larger than an answer may be, it is refused.

import type { Entry, Origin } from '../../registry/entry.ts'
import { sent } from '../sent-entry.ts'
import type { Verb } from '../verb.ts'

const NO_SPOTS: Origin['spots'] = new Map()

const brief = (entry: Entry): object => sent({ ...entry, origin: entry.origin && { ...entry.origin, spots: NO_SPOTS } })

export const verb: Verb = ({ node: { registry } }) => {
  const snapshot = registry.snapshot()
  return { version: snapshot.version, entries: [...snapshot.entries()].map(brief) }
}
