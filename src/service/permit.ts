// The question a service asks when one request touches many resources: lists are filtered entry by entry, changes checked one by one.

import type { Caller } from './service.ts'

/** May this process do `action` to `resource`? The guard's answer, without an error. */
export type Permit = (caller: Caller, action: string, resource: string) => boolean
