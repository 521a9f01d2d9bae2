// `endpoint_firewall`, `resource_firewall`: only who may do `action` (by default "access") to the endpoint, or to a fixed target, goes on.
// Without an actor: 401. Without a scope, or one that does not allow it: 403.

import { Kind } from '../../error.ts'
import type { Pid } from '../../pid.ts'
import { blame } from '../../registry/blame.ts'
import type { Entry } from '../../registry/entry.ts'
import type { EntrySettings } from '../../service/settings.ts'
import type { Exchange } from '../exchange.ts'
import type { Step } from '../middleware.ts'
import type { Surroundings } from '../surroundings.ts'

const NOBODY = '' as Pid // the request is no process yet

const refusal = (error: string, details: string) => ({ success: false, error, details })

const firewall =
  ({ permit }: Surroundings, action: string, targetOf: (exchange: Exchange) => string): Step =>
  (exchange) => {
    const { context, endpoint } = exchange
    if (!context.actor) return exchange.answer.json(401, refusal('Authentication required', 'You must be authenticated to access this'))
    if (context.scope && permit({ pid: NOBODY, entry: endpoint, context }, action, targetOf(exchange))) return
    exchange.answer.json(403, refusal('Access denied', 'You have no permission to access this'))
  }

export const endpointFirewall = (options: EntrySettings, given: Surroundings): Step => {
  const action = options.text('endpoint_firewall.action', options.text('endpoint_action', 'access'))
  return firewall(given, action, ({ endpoint }) => endpoint)
}

export const resourceFirewall = (options: EntrySettings, given: Surroundings, entry: Entry): Step => {
  const action = options.text('resource_firewall.action', options.text('resource_action', 'access'))
  const target = options.text('resource_firewall.target', options.text('resource_target', ''))
  if (target !== '') return firewall(given, action, () => target)
  const hint = 'Name what is protected under resource_firewall.target.'
  throw blame(entry, 'data', {
    code: 'ENTRY_FIELD',
    kind: Kind.Invalid,
    message: `"${entry.id}" has resource_firewall without a target`,
    hint,
  })
}
