// What it takes to change entries, and how it is written down when the operator does it.

import type { Change } from '../registry/change.ts'
import type { ApplyOptions } from '../registry/registry.ts'
import type { Audit } from './audit.ts'
import { namesIdentity } from './authority.ts'
import type { Demand } from './rights.ts'

export type ChangeAction = 'registry.apply' | 'registry.apply_version'

/**
 * What changing an entry needs: the right to change what it is and what it becomes, so that nobody turns a tool into a policy, and to act
 * for others when it says on whose behalf it runs.
 */
export const demandsOf = (action: ChangeAction, { kind, entry, before }: Change): readonly Demand[] => {
  const kinds = new Set([before?.kind ?? entry.kind, entry.kind])
  const op = kind.slice('entry.'.length)
  const demands = [...kinds].map((kind) => ({ action, resource: entry.id, meta: { kind, ns: entry.ns, op } }))
  return kind !== 'entry.delete' && namesIdentity(entry) ? [...demands, { action: 'process.security', resource: 'security' }] : demands
}

/** For changes the operator makes, who needs nobody's leave: the audit has them before they are there. `by` is what he makes them with. */
export const operating =
  (audit: Audit, by: string, action: ChangeAction = 'registry.apply'): NonNullable<ApplyOptions['allow']> =>
  (changes) => {
    for (const { entry } of changes) audit.operated(by, { action, resource: entry.id })
    return audit.ahead()
  }
