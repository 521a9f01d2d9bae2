// The guard: may this process do that? The one place where every action is decided.
//
//   G1 With a scope, the scope decides: what it does not allow is denied, with or without an actor.
//   G2 Without one, the operator's own code may do everything, and any other nothing.
//   G3 Who runs within somebody's rights may do no more than that one, whatever scope they have.
//   G4 Every deny, and every allow that changes something, is in the audit.

import { Kind, WippyError } from '../error.ts'
import type { SendGuard } from '../kernel/delivery.ts'
import type { Process } from '../kernel/process.ts'
import type { Pid } from '../pid.ts'
import type { Policy } from '../security/policy.ts'
import type { Verdict } from '../security/request.ts'
import { type Decision, decide, sweeping } from '../security/scope.ts'
import type { Audit } from './audit.ts'
import type { Permit, Permits } from './permit.ts'
import type { Policies } from './policies.ts'
import { CHANGES, type Demand, GENERAL, rightOf, type World } from './rights.ts'
import type { Call, Context, Doer } from './service.ts'

const SEND = 'process.send'
const NOBODY: Context = { values: {} }
const ALLOWED: Decision = { verdict: 'allow', policy: null }
const DENIED: Decision = { verdict: 'undefined', policy: null }

const isOperator = ({ operator, scope, within }: Context): boolean =>
  operator === true && scope === undefined && (within === undefined || isOperator(within))

/** The error of everything that is not allowed. */
export const denied = ({ action, resource }: Demand): WippyError =>
  new WippyError('PERMISSION_DENIED', Kind.PermissionDenied, `permission denied: ${action}${resource ? ` on "${resource}"` : ''}`, {
    retryable: false,
    details: { action, resource },
  })

export type GuardOptions = {
  readonly policies: Policies
  readonly audit: Audit
  readonly world: World
  /** Hears of every deny. */
  readonly refused: (doer: Doer, demand: Demand) => void
}

export class Guard implements Permits {
  readonly #options: GuardOptions
  /** What policies say to sending, whoever it is to; null when that depends. */
  readonly #sending = new WeakMap<readonly Policy[], { readonly verdict: Verdict | null }>()

  constructor(options: GuardOptions) {
    this.#options = options
  }

  /** Throws PERMISSION_DENIED unless a call is allowed. */
  readonly check = (call: Call): void => {
    const { caller, op } = call
    if (isOperator(caller.context) && !CHANGES.has(op)) return
    const right = rightOf(op)
    if (typeof right === 'string') return
    for (const demand of right(call, this.#options.world)) this.need(caller, demand)
  }

  /** Throws PERMISSION_DENIED unless it is allowed; either is written down where G4 says so. */
  need(doer: Doer, demand: Demand): void {
    const decision = this.#decide(doer.context, demand)
    if (decision.verdict !== 'allow') {
      this.#denied(doer, demand, decision)
      throw denied(demand)
    }
    if (CHANGES.has(demand.action)) this.#options.audit.allowed(doer, demand, decision)
  }

  ahead(): Promise<void> {
    return this.#options.audit.ahead()
  }

  recorded(): Promise<void> {
    return this.#options.audit.flush()
  }

  readonly permit: Permit = ({ context }, action, resource, meta) =>
    this.#decide(context, { action, resource, ...(meta && { meta }) }).verdict === 'allow'

  /** Messages, which do not pass the door. Everybody may write to themselves. */
  readonly sends: SendGuard = {
    allows: (from: Process, to: Pid): boolean => {
      const context = (from.context as Context | null) ?? NOBODY
      return isOperator(context) || to === from.pid || this.#maySend(context, from.pid, to)
    },
    refusal: ({ pid, entry, context }: Process, to: Pid): WippyError => {
      const demand = { action: SEND, resource: to, meta: { pid } }
      const doer = { pid, entry, context: (context as Context | null) ?? NOBODY }
      this.#denied(doer, demand, this.#decide(doer.context, demand))
      return denied(demand)
    },
  }

  #denied(doer: Doer, demand: Demand, decision: Decision): void {
    this.#options.audit.denied(doer, demand, decision)
    this.#options.refused(doer, demand)
  }

  #maySend(context: Context, from: Pid, to: Pid): boolean {
    if (context.within !== undefined) return this.#decide(context, { action: SEND, resource: to, meta: { pid: from } }).verdict === 'allow'
    if (!context.scope) return false
    const policies = this.#options.policies.of(context.scope)
    let known = this.#sending.get(policies)
    if (known === undefined) {
      known = { verdict: sweeping(policies, SEND) }
      this.#sending.set(policies, known)
    }
    const verdict = known.verdict ?? this.#decide(context, { action: SEND, resource: to, meta: { pid: from } }).verdict
    return verdict === 'allow'
  }

  #decide(context: Context, demand: Demand): Decision {
    const decision = this.#ownDecision(context, demand)
    return context.within === undefined || decision.verdict !== 'allow' ? decision : this.#decide(context.within, demand)
  }

  #ownDecision(context: Context, { action, resource, meta = {} }: Demand): Decision {
    if (context.scope === undefined) return context.operator === true ? ALLOWED : DENIED
    const { policies } = this.#options
    const request = { actor: context.actor ?? null, action, resource, meta }
    const all = policies.of(context.scope)
    const decision = decide(all, request)
    if (resource === '' || decision.verdict === 'deny' || !GENERAL.has(action)) return decision
    const general = decide(all, { ...request, resource: '' })
    return general.verdict === 'deny' || decision.verdict === 'undefined' ? general : decision
  }
}
