// Policies as the registry has them: entries of kind `security.policy` and `security.policy.expr`, and the groups they name.
//
//   P1 What a policy says is what its entry says at this moment.
//   P2 A policy that cannot be read denies everything in the scopes it is in; as a change it is refused.

import { Kind, type WippyError } from '../error.ts'
import { blame } from '../registry/blame.ts'
import { type Entry, fieldsOf, isFields, resolveId } from '../registry/entry.ts'
import { linear } from '../registry/finder.ts'
import type { Handler } from '../registry/kinds.ts'
import type { Registry } from '../registry/registry.ts'
import type { Snapshot } from '../registry/snapshot.ts'
import { type Condition, type Operator, operators, type Regex } from '../security/condition.ts'
import { policyOfGrant } from '../security/grant.ts'
import { Policy } from '../security/policy.ts'
import type { Scope } from '../security/scope.ts'
import { SANDBOX_POLICY, sandboxPolicyOf } from './sandbox-policy.ts'

export const POLICY_KINDS = ['security.policy', 'security.policy.expr']

/** Regular expressions whose time is bounded by the length of the text. Throws a sentence (Error) for what is none. */
export const regex: Regex = (pattern) => {
  const expression = linear(pattern)
  if (!expression) throw new Error(`"${pattern}" is no regular expression`)
  return (text) => expression.test(text)
}

const wrong = (entry: Entry, path: string, message: string, hint: string): WippyError =>
  blame(entry, `data.policy.${path}`, { code: 'POLICY_INVALID', kind: Kind.Invalid, message: `policy "${entry.id}": ${message}`, hint })

const patternsOf = (entry: Entry, field: 'actions' | 'resources', value: unknown): readonly string[] => {
  const list = typeof value === 'string' ? [value] : value
  if (Array.isArray(list) && list.length > 0 && list.every((item) => typeof item === 'string')) return list
  throw wrong(entry, field, `${field} are a text or a list of texts`, `For example: ${field}: "*"`)
}

const conditionOf = (entry: Entry, value: unknown, at: number): Condition => {
  const path = `conditions.${at}`
  const { field, operator, value: given, value_from: from } = isFields(value) ? value : {}
  if (typeof field !== 'string') throw wrong(entry, path, 'a condition needs a field', 'For example: field: actor.meta.role')
  if (!operators.includes(operator as Operator)) {
    throw wrong(entry, `${path}.operator`, `there is no operator "${String(operator)}"`, `Operators: ${operators.join(', ')}`)
  }
  if (from !== undefined && typeof from !== 'string')
    throw wrong(entry, `${path}.value_from`, 'value_from names a field', 'For example: actor.id')
  return { field, operator: operator as Operator, value: given, valueFrom: from ?? null }
}

/** Throws POLICY_INVALID with its place. */
const policyOf = (entry: Entry): Policy => {
  const { policy } = fieldsOf(entry)
  const { actions, resources, effect, conditions = [], expression } = isFields(policy) ? policy : {}
  if (effect !== 'allow' && effect !== 'deny')
    throw wrong(entry, 'effect', 'an effect is allow or deny', 'Write effect: allow, or effect: deny.')
  const isExpression = entry.kind === 'security.policy.expr'
  if (isExpression && typeof expression !== 'string')
    throw wrong(entry, 'expression', 'there is no expression', 'For example: meta.owner == actor.id')
  if (!Array.isArray(conditions)) throw wrong(entry, 'conditions', 'conditions are a list', 'Write one condition per item.')
  const draft = {
    id: entry.id,
    actions: patternsOf(entry, 'actions', actions),
    resources: patternsOf(entry, 'resources', resources),
    effect,
    conditions: conditions.map((condition, at) => conditionOf(entry, condition, at)),
    expression: isExpression ? String(expression) : null,
  } as const
  try {
    return new Policy(draft, regex)
  } catch (cause) {
    throw wrong(entry, isExpression ? 'expression' : 'conditions', (cause as Error).message, 'See docs/security.md.')
  }
}

/** The groups a policy is in, as full ids. */
export const groupsOf = (entry: Entry): readonly string[] => {
  const { groups } = fieldsOf(entry)
  const names = typeof groups === 'string' ? [groups] : Array.isArray(groups) ? groups : []
  return names.filter((name) => typeof name === 'string').map((name) => resolveId(name, entry.ns))
}

export class Policies {
  readonly #registry: Registry
  readonly #made = new WeakMap<Entry, Policy>()
  readonly #scopes = new WeakMap<Scope, { readonly at: Snapshot; readonly policies: readonly Policy[] }>()
  #groups: { readonly at: Snapshot; readonly members: ReadonlyMap<string, readonly string[]> } | null = null

  constructor(registry: Registry) {
    this.#registry = registry
  }

  readonly handler: Handler = {
    kinds: POLICY_KINDS,
    prepare: ({ kind, entry }) => {
      if (kind !== 'entry.delete') policyOf(entry)
    },
  }

  /** What a scope consists of now. Policies that are gone say nothing. The list stays the same one until the registry changes. */
  of(scope: Scope): readonly Policy[] {
    const at = this.#registry.snapshot()
    const known = this.#scopes.get(scope)
    if (known?.at === at) return known.policies
    const policies = [...scope.policies.flatMap((id) => this.#saidBy(id)), ...scope.allow.map(policyOfGrant)]
    this.#scopes.set(scope, { at, policies })
    return policies
  }

  /** A sandbox's policy is many. */
  #saidBy(id: string): readonly Policy[] {
    const entry = this.#registry.get(id)
    if (entry?.kind === SANDBOX_POLICY) return sandboxPolicyOf(entry).allow.map(policyOfGrant)
    const policy = this.get(id)
    return policy === null ? [] : [policy]
  }

  get(id: string): Policy | null {
    const entry = this.#registry.get(id)
    if (!entry || !POLICY_KINDS.includes(entry.kind)) return null
    let policy = this.#made.get(entry)
    if (policy === undefined) {
      policy = this.#read(entry)
      this.#made.set(entry, policy)
    }
    return policy
  }

  /** Ids of the policies of a group; null when no policy names it. */
  group(id: string): readonly string[] | null {
    const at = this.#registry.snapshot()
    if (this.#groups?.at !== at) this.#groups = { at, members: this.#membersIn(at) }
    return this.#groups.members.get(id) ?? null
  }

  #read(entry: Entry): Policy {
    try {
      return policyOf(entry)
    } catch {
      return Policy.broken(entry.id) // what is wrong with it was said when it came
    }
  }

  #membersIn(snapshot: Snapshot): ReadonlyMap<string, readonly string[]> {
    const members = new Map<string, string[]>()
    for (const kind of POLICY_KINDS) {
      for (const entry of snapshot.find({ '.kind': kind })) {
        for (const group of groupsOf(entry)) members.set(group, [...(members.get(group) ?? []), entry.id])
      }
    }
    return members
  }
}
