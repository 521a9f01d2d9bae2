// A policy: an effect on the actions and resources it names, as far as its conditions hold.
//
//   P1 What cannot be told falls to the safe side: an allow does not apply, a deny does.

import { type Condition, type Regex, type Test, testOf } from './condition.ts'
import { expressionOf } from './expression.ts'
import { anyOf, isEverything, type Matcher } from './pattern.ts'
import type { Request, Truth, Verdict } from './request.ts'

export type PolicyDraft = {
  readonly id: string
  readonly actions: readonly string[]
  readonly resources: readonly string[]
  readonly effect: 'allow' | 'deny'
  /** All of them hold, or the policy does not apply. */
  readonly conditions: readonly Condition[]
  /** Of `security.policy.expr`; instead of conditions. */
  readonly expression: string | null
}

export class Policy {
  readonly id: string
  readonly #effect: 'allow' | 'deny'
  readonly #action: Matcher
  readonly #resource: Matcher
  readonly #tests: readonly Test[]

  /** Throws a sentence (Error) about what is wrong in a condition or the expression. */
  constructor({ id, actions, resources, effect, conditions, expression }: PolicyDraft, regex: Regex) {
    this.id = id
    this.#effect = effect
    this.#action = anyOf(actions)
    this.#resource = anyOf(resources)
    this.#tests = expression === null ? conditions.map((condition) => testOf(condition, regex)) : [expressionOf(expression, regex)]
  }

  /** Denies everything: stands in for a policy that cannot be read. */
  static broken(id: string): Policy {
    return new Policy({ id, actions: ['*'], resources: ['*'], effect: 'deny', conditions: [], expression: null }, () => () => false)
  }

  evaluate(request: Request): Verdict {
    if (!this.#action(request.action) || !this.#resource(request.resource)) return 'undefined'
    const truth = this.#holds(request)
    return truth === 'yes' || (truth === 'unknown' && this.#effect === 'deny') ? this.#effect : 'undefined'
  }

  /** What it says to an action whatever the resource; null when that depends. */
  sweeping(action: string): Verdict | null {
    if (!this.#action(action)) return 'undefined'
    return isEverything(this.#resource) && this.#tests.length === 0 ? this.#effect : null
  }

  #holds(request: Request): Truth {
    let truth: Truth = 'yes'
    for (const test of this.#tests) {
      const said = test(request)
      if (said === 'no') return 'no'
      if (said === 'unknown') truth = 'unknown'
    }
    return truth
  }
}
