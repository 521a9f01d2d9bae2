// `ns.dependency` entries that come while a node runs: there is no hub to fetch a component from, so it has to be here.
//
// At the start it is different: an app written for upstream names components it can do without, and what really misses one says so itself. Who
// checks an app is warned.

import { Kind, type WippyError } from '../error.ts'
import { blame } from './blame.ts'
import { isBuiltin } from './builtin.ts'
import { type Entry, fieldsOf, isOfModule } from './entry.ts'
import type { Handler } from './kinds.ts'
import { ownsEntry } from './link.ts'

const HINT = 'Put it into a directory and name that under "replacements".'

const unresolved = (dependency: Entry, component: string) =>
  blame(dependency, 'data.component', {
    code: 'DEPENDENCY_UNRESOLVED',
    kind: Kind.Conflict,
    message: `dependency resolution failed: nothing of "${component}" is here, and there is no hub to fetch it from`,
    hint: HINT,
  })

const componentOf = (dependency: Entry): string => String(fieldsOf(dependency).component)

const isHere = (dependency: Entry, entries: Iterable<Entry>): boolean => {
  const component = componentOf(dependency)
  if (isBuiltin(component)) return true
  for (const other of entries) if (other.id !== dependency.id && ownsEntry(component, other)) return true
  return false
}

/** Components that the app at `root` names itself and that are not here, in one DEPENDENCY_UNRESOLVED; nothing when all are. */
export const absentComponents = (entries: readonly Entry[], root: string): readonly WippyError[] => {
  const absent = entries.filter((entry) => entry.kind === 'ns.dependency' && !isOfModule(entry, root) && !isHere(entry, entries))
  const [first] = absent
  if (first === undefined) return []
  const names = [...new Set(absent.map(componentOf))].join(', ')
  const message = `components that the app names are not here, and there is no hub to fetch them from: ${names}`
  return [blame(first, 'data.component', { code: 'DEPENDENCY_UNRESOLVED', kind: Kind.NotFound, message, hint: HINT })]
}

/** `isUp`: whether the node has started. Throws DEPENDENCY_UNRESOLVED. */
export const componentsHandler = (isUp: () => boolean): Handler => ({
  kinds: 'ns.dependency',
  prepare: ({ kind, entry }, after) => {
    if (kind === 'entry.delete' || !isUp()) return
    if (!isHere(entry, after.values())) throw unresolved(entry, componentOf(entry))
  },
})
