// The question a service asks when one request touches many resources: lists are filtered entry by entry, changes checked one by one.

import type { Demand } from './rights.ts'
import type { Doer } from './service.ts'

/**
 * May this process do `action` to `resource`? `meta` is what policies may look at besides. The guard's answer, without an error.
 * Of reading nothing is written down, so that a list may be filtered with it.
 */
export type Permit = (doer: Doer, action: string, resource: string, meta?: Readonly<Record<string, unknown>>) => boolean

export type Permits = {
  readonly permit: Permit
  /** Throws PERMISSION_DENIED unless it is allowed. A deny is written down, and an allow that changes something. */
  need(doer: Doer, demand: Demand): void
  /** Resolves when what was written down is on the disk no later than whatever is written to the node's state from then on. */
  ahead(): Promise<void>
  /** Resolves when what was written down is on the disk: for what changes something elsewhere. */
  recorded(): Promise<void>
}
