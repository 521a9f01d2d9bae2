// What it takes to change entries, and how it is written down when the operator does it.

import type { Change, Operation } from '../registry/change.ts'
import { type Entry, isFields, makeEntry, resolveId } from '../registry/entry.ts'
import type { ApplyOptions, Registry } from '../registry/registry.ts'
import type { Audit } from './audit.ts'
import { namesIdentity } from './authority.ts'
import type { Permits } from './permit.ts'
import type { Demand } from './rights.ts'
import type { Doer } from './service.ts'

export type ChangeAction = 'registry.apply' | 'registry.apply_version'

/** What an entry opens to whoever may use it, and its author must have. */
const opened = ({ kind, ns, data }: Entry): readonly Demand[] => {
  const database = kind === 'store.sql' && isFields(data) ? data.database : null
  return typeof database === 'string' ? [{ action: 'db.get', resource: resolveId(database, ns) }] : []
}

const COMPONENTS: readonly string[] = ['plugin.component', 'function.wasm', 'function.wat', 'process.wasm']
const HARMLESS: readonly unknown[] = ['clock', 'random']

/** Whether an entry is a component that acts by rights of its own, whoever calls it. */
const hasRights = ({ kind, data }: Entry): boolean => {
  const { allow } = isFields(data) ? data : {}
  return COMPONENTS.includes(kind) && Array.isArray(allow) && allow.some((grant) => !HARMLESS.includes(grant))
}

/**
 * What changing an entry needs: the right to change what it is and what it becomes, so that nobody turns a tool into a policy, to have what
 * it opens, and to act for others when it says on whose behalf, or by which rights, it runs.
 */
export const demandsOf = (action: ChangeAction, { kind, entry, before }: Change): readonly Demand[] => {
  const kinds = new Set([before?.kind ?? entry.kind, entry.kind])
  const op = kind.slice('entry.'.length)
  const demands = [...kinds].map((kind) => ({ action, resource: entry.id, meta: { kind, ns: entry.ns, op } }))
  if (kind === 'entry.delete') return demands
  const actsForOthers = namesIdentity(entry) || hasRights(entry)
  return [...demands, ...opened(entry), ...(actsForOthers ? [{ action: 'process.security', resource: 'security' }] : [])]
}

/** What an operation would change; of what is not there nothing but its id is known. */
const asChange = (operation: Operation, registry: Registry): Change => {
  if (operation.kind !== 'entry.delete')
    return { kind: operation.kind, entry: operation.entry, before: registry.get(operation.entry.id) ?? null }
  const before = registry.get(operation.id) ?? null
  return { kind: operation.kind, entry: before ?? makeEntry({ id: operation.id, kind: 'registry.entry' }), before }
}

/**
 * Refuses, and writes down, before anybody learns what is there; allows are written down when it comes to it (`allowing`). Throws
 * PERMISSION_DENIED.
 */
export const refuseChanges = (permits: Permits, doer: Doer, operations: readonly Operation[], registry: Registry): void => {
  for (const operation of operations) {
    for (const demand of demandsOf('registry.apply', asChange(operation, registry))) {
      if (!permits.permit(doer, demand.action, demand.resource, demand.meta)) permits.need(doer, demand)
    }
  }
}

/** For changes that somebody makes who needs leave: throws PERMISSION_DENIED unless all are allowed; the audit has them before they are there. */
export const allowing =
  (permits: Permits, doer: Doer, action: ChangeAction): NonNullable<ApplyOptions['allow']> =>
  (changes) => {
    for (const change of changes) for (const demand of demandsOf(action, change)) permits.need(doer, demand)
    return permits.ahead()
  }

/** For changes the operator makes, who needs nobody's leave: the audit has them before they are there. `by` is what he makes them with. */
export const operating =
  (audit: Audit, by: string, action: ChangeAction = 'registry.apply'): NonNullable<ApplyOptions['allow']> =>
  (changes) => {
    for (const { entry } of changes) audit.operated(by, { action, resource: entry.id })
    return audit.ahead()
  }
