// Permits from one answer: what it does not allow is denied, as the guard does it.

import { denied } from '../../src/service/guard.ts'
import type { Permit, Permits } from '../../src/service/permit.ts'
import type { Demand } from '../../src/service/rights.ts'
import type { Caller } from '../../src/service/service.ts'

export const permitsOf = (permit: Permit = () => true): Permits => ({
  permit,
  need: (doer, demand: Demand) => {
    if (!permit(doer as Caller, demand.action, demand.resource, demand.meta)) throw denied(demand)
  },
  ahead: async () => {},
  recorded: async () => {},
})
