// `ns.dependency` entries that come while a node runs: there is no hub to fetch a component from, so it has to be here.
//
// At the start it is different: an app written for upstream names components it can do without, and what really misses one says so itself.

import { Kind } from '../error.ts'
import { blame } from './blame.ts'
import { isBuiltin } from './builtin.ts'
import { type Entry, fieldsOf } from './entry.ts'
import type { Handler } from './kinds.ts'
import { ownsEntry } from './link.ts'

const unresolved = (dependency: Entry, component: string) =>
  blame(
    dependency,
    'data.component',
    'DEPENDENCY_UNRESOLVED',
    Kind.Conflict,
    `dependency resolution failed: nothing of "${component}" is here, and there is no hub to fetch it from`,
    'Put it into a directory and name that under "replacements".',
  )

/** `isUp`: whether the node has started. Throws DEPENDENCY_UNRESOLVED. */
export const componentsHandler = (isUp: () => boolean): Handler => ({
  kinds: 'ns.dependency',
  prepare: ({ kind, entry }, after) => {
    if (kind === 'entry.delete' || !isUp()) return
    const component = String(fieldsOf(entry).component)
    if (isBuiltin(component)) return
    for (const other of after.values()) if (other.id !== entry.id && ownsEntry(component, other)) return
    throw unresolved(entry, component)
  },
})
