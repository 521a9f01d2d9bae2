// What a process may do when nobody but an entry, or the operator, starts it.
//
//   A1 `lifecycle.security` of an entry names an actor and a scope: they hold for all it starts. `meta.command.security` does so for a
//      process that is run as a command, and `security` of a function or process for that itself, whoever calls or spawns it.
//   A2 Without them, what the app's files start runs as the operator's, and what was made at run time may do nothing.
//   A3 When security is strict nobody is the operator. When generated code is the operator's, what was made at run time is as the files.

import { Kind, type WippyError } from '../error.ts'
import { blame } from '../registry/blame.ts'
import type { State } from '../registry/change.ts'
import { type Entry, type Fields, fieldsOf, isFields, resolveId } from '../registry/entry.ts'
import type { Actor } from '../security/request.ts'
import { type Scope, scopeOf } from '../security/scope.ts'
import { groupsOf, POLICY_KINDS, type Policies } from './policies.ts'
import type { Context } from './service.ts'

/** Kinds whose own `security` holds for what runs of them. */
const ACTING: readonly string[] = ['function.lua', 'process.lua', 'function.lua.bc', 'process.lua.bc']

const securityIn = (value: unknown): Fields | null => (isFields(value) && isFields(value.security) ? value.security : null)
const securityOf = (entry: Entry): Fields | null => securityIn(fieldsOf(entry).lifecycle)
const commandSecurityOf = (entry: Entry): Fields | null => securityIn(entry.meta.command)
const ownSecurityOf = (entry: Entry): Fields | null => (ACTING.includes(entry.kind) ? securityIn(entry.data) : null)

/** All that an entry says of on whose behalf something runs, each with the path of what it stands in. */
const identitiesOf = (entry: Entry): readonly (readonly [at: string, security: Fields])[] =>
  (
    [
      ['data.lifecycle', securityOf(entry)],
      ['meta.command', commandSecurityOf(entry)],
      ['data', ownSecurityOf(entry)],
    ] as const
  ).flatMap(([at, security]) => (security === null ? [] : [[at, security] as const]))

/** What the rights of what an entry starts follow from. */
export const rightsIn = (entry: Entry): unknown => [securityOf(entry), entry.origin !== null]

/** Whether an entry says on whose behalf what it starts runs: who may make such a one may act for others. */
export const namesIdentity = (entry: Entry): boolean => identitiesOf(entry).length > 0

const actorOf = ({ actor }: Fields): Actor | null => {
  if (!isFields(actor) || typeof actor.id !== 'string') return null
  return { id: actor.id, meta: isFields(actor.meta) ? actor.meta : {} }
}

const idsOf = (entry: Entry, list: unknown): readonly string[] =>
  (Array.isArray(list) ? list : []).filter((id) => typeof id === 'string').map((id) => resolveId(id, entry.ns))

const checkAt = (entry: Entry, at: string, security: Fields, after: State): void => {
  const wrong = (path: string, message: string, hint: string): WippyError =>
    blame(entry, `${at}.security.${path}`, { code: 'SECURITY_INVALID', kind: Kind.Invalid, message: `"${entry.id}": ${message}`, hint })
  if (security.actor !== undefined && !actorOf(security)) throw wrong('actor', 'an actor needs an id', 'For example: actor: { id: worker }')
  for (const id of idsOf(entry, security.policies)) {
    if (!POLICY_KINDS.includes(after.get(id)?.kind ?? ''))
      throw wrong('policies', `there is no policy "${id}"`, 'Name a security.policy entry.')
  }
}

/** Throws SECURITY_INVALID, with its place, for an identity that names what is not there. */
export const checkSecurity = (entry: Entry, after: State): void => {
  for (const [at, security] of identitiesOf(entry)) checkAt(entry, at, security, after)
}

/** Groups that entries act with and that no policy is in: they grant nothing, which is seldom what was meant. */
export const emptyGroups = (entries: readonly Entry[]): readonly WippyError[] => {
  const known = new Set(entries.filter(({ kind }) => POLICY_KINDS.includes(kind)).flatMap(groupsOf))
  const empty = (entry: Entry, at: string, group: string): WippyError => {
    const message = `"${entry.id}" acts with the group "${group}", which no policy is in: it grants nothing`
    const hint = `Write "groups: [${group}]" in a security.policy, or add the module that brings one.`
    return blame(entry, `${at}.security.groups`, { code: 'GROUP_EMPTY', kind: Kind.NotFound, message, hint })
  }
  return entries.flatMap((entry) =>
    identitiesOf(entry).flatMap(([at, { groups }]) =>
      idsOf(entry, groups).flatMap((group) => (known.has(group) ? [] : [empty(entry, at, group)])),
    ),
  )
}

export type AuthoritySettings = { readonly strict: boolean; readonly generated: 'nothing' | 'operator' }

export class Authority {
  readonly #policies: Policies
  readonly #settings: AuthoritySettings

  constructor(policies: Policies, settings: AuthoritySettings) {
    this.#policies = policies
    this.#settings = settings
  }

  /** Of what the operator starts. */
  get operator(): Context {
    return { values: {}, operator: !this.#settings.strict }
  }

  /** Of what an entry starts: a service, a route, a consumer. `inherited`: of what stands above it. */
  of(entry: Entry, inherited: Context | null = null): Context {
    const security = securityOf(entry)
    if (security === null && inherited !== null) return this.limited(inherited, entry.origin !== null)
    return this.#under(entry, security)
  }

  /** Of a process that the operator runs as a command. */
  ofCommand(entry: Entry): Context {
    const security = commandSecurityOf(entry)
    return security === null ? this.operator : this.#under(entry, security)
  }

  /** Of what runs: what it was given, under the actor and the scope that its own entry names. */
  entered(entry: Entry, context: Context): Context {
    const security = ownSecurityOf(entry)
    if (security === null) return context
    const actor = actorOf(security)
    const scope = this.#scopeOf(entry, security)
    return { ...context, ...(actor && { actor }), ...(scope && { scope }) }
  }

  #under(entry: Entry, security: Fields | null): Context {
    const actor = security && actorOf(security)
    const scope = security && this.#scopeOf(entry, security)
    return {
      values: {},
      operator: !this.#settings.strict && this.#isOperators(entry.origin !== null),
      ...(actor && { actor }),
      ...(scope && { scope }),
    }
  }

  /** What code may do with these rights: those of the operator are for code that the files say. */
  limited(context: Context, isFromFiles: boolean): Context {
    return context.operator !== true || this.#isOperators(isFromFiles) ? context : { ...context, operator: false }
  }

  #isOperators(isFromFiles: boolean): boolean {
    return isFromFiles || this.#settings.generated === 'operator'
  }

  /** A group that no policy names any more holds nothing: a scope may only become narrower by it. */
  #scopeOf(entry: Entry, security: Fields): Scope | null {
    if (security.policies === undefined && security.groups === undefined) return null
    const grouped = idsOf(entry, security.groups).flatMap((group) => this.#policies.group(group) ?? [])
    return scopeOf([...idsOf(entry, security.policies), ...grouped])
  }
}
