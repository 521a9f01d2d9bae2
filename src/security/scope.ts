// A scope: a set of policies by their ids, and grants of its own. It never changes; what its policies say may, and holds from the next question on.
//
//   S1 Any deny is a deny; else any allow is an allow; else nothing is said. The order of policies means nothing.

import type { Policy } from './policy.ts'
import type { Request, Verdict } from './request.ts'

export type Scope = {
  /** Ids of policies: sorted, each once. */
  readonly policies: readonly string[]
  /** Grants as text (grant.ts), which no policy has to say. */
  readonly allow: readonly string[]
}

export const scopeOf = (ids: Iterable<string>, allow: readonly string[] = []): Scope =>
  Object.freeze({ policies: Object.freeze([...new Set(ids)].sort()), allow: Object.freeze([...allow]) })

/** What policies say together, and which of them it was. */
export type Decision = { readonly verdict: Verdict; readonly policy: string | null }

const UNDECIDED: Decision = { verdict: 'undefined', policy: null }

export const decide = (policies: readonly Policy[], request: Request): Decision => {
  let decision = UNDECIDED
  for (const policy of policies) {
    const verdict = policy.evaluate(request)
    if (verdict === 'deny') return { verdict, policy: policy.id }
    if (verdict === 'allow' && decision === UNDECIDED) decision = { verdict, policy: policy.id }
  }
  return decision
}

/** What policies say to an action whatever it is done to; null when that depends. */
export const sweeping = (policies: readonly Policy[], action: string): Verdict | null => {
  const said = policies.map((policy) => policy.sweeping(action))
  if (said.includes('deny')) return 'deny'
  if (said.includes(null)) return null
  return said.includes('allow') ? 'allow' : 'undefined'
}
