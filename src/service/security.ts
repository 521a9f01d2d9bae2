// The host half of `security`: who is asking, what policies say, and credentials for actors, scopes and tokens.
//
// What a process says about actors and scopes is only believed with a seal (credentials.ts); what it says about policies is only an id.

import { Kind, WippyError } from '../error.ts'
import { isFields } from '../registry/entry.ts'
import type { Actor } from '../security/request.ts'
import { decide, type Scope, scopeOf } from '../security/scope.ts'
import type { Credentials } from './credentials.ts'
import type { Permits } from './permit.ts'
import type { Policies } from './policies.ts'
import type { Call, Caller, Service } from './service.ts'
import { millisecondsOf } from './spawn-options.ts'
import type { TokenStores } from './token-stores.ts'

const MOST_POLICIES = 256 // in a scope that Lua puts together

export type SecurityServiceOptions = {
  readonly permits: Permits
  readonly policies: Policies
  readonly credentials: Credentials
  readonly tokens: TokenStores
}

const invalid = (message: string): WippyError => new WippyError('SECURITY_ARGUMENT', Kind.Invalid, message, { retryable: false })
const absent = (what: string, id: string): WippyError =>
  new WippyError('SECURITY_NOT_FOUND', Kind.NotFound, `${what} "${id}" not found`, { retryable: false })

const text = (value: unknown, what: string): string => {
  if (typeof value === 'string') return value
  throw invalid(`${what} is a text`)
}

/** A table of Lua with names for keys. */
const metaOf = (value: unknown): Readonly<Record<string, unknown>> => {
  if (value === undefined || value === null || (Array.isArray(value) && value.length === 0)) return {}
  if (isFields(value)) return value
  if (value instanceof Map) return Object.fromEntries([...value].filter(([key]) => typeof key === 'string'))
  throw invalid('meta is a table with names for keys')
}

export const securityService = ({ permits, policies, credentials, tokens }: SecurityServiceOptions): Service => {
  const actorFor = ({ pid }: Caller, actor: Actor) => ({ seal: credentials.actor(pid, actor), id: actor.id, meta: actor.meta })
  const scopeFor = ({ pid }: Caller, scope: Scope) => ({ seal: credentials.scope(pid, scope), policies: scope.policies })

  const self = ({ caller }: Call): readonly unknown[] => {
    const { actor, scope } = caller.context
    return [actor ? actorFor(caller, actor) : null, scope ? scopeFor(caller, scope) : null]
  }

  const can = ({ caller, target, args: [resource, meta] }: Call): readonly unknown[] => {
    const { actor, scope } = caller.context
    return [actor !== undefined && scope !== undefined && permits.permit(caller, target, text(resource, 'a resource'), metaOf(meta))]
  }

  const createActor = ({ caller, target, args: [meta] }: Call): readonly unknown[] => [actorFor(caller, { id: target, meta: metaOf(meta) })]

  /** Policies that are there, and that the caller may have. */
  const known = (caller: Caller, ids: readonly unknown[]): readonly string[] =>
    ids.map((value) => {
      const id = text(value, 'the id of a policy')
      permits.need(caller, { action: 'security.policy.get', resource: id })
      if (policies.get(id) === null) throw absent('policy', id)
      return id
    })

  /** `custom` of policies, or what another scope is `with` some, or `without` them. */
  const createScope = ({ caller, target, args: [ids, from] }: Call): readonly unknown[] => {
    const given = Array.isArray(ids) ? ids : []
    const before = target === 'custom' ? scopeOf([]) : credentials.readScope(caller.pid, from)
    const kept = before.policies.filter((id) => target !== 'without' || !given.includes(id))
    const after = target === 'without' ? kept : [...kept, ...known(caller, given)]
    if (after.length > MOST_POLICIES) throw invalid(`a scope has at most ${MOST_POLICIES} policies`)
    return [scopeFor(caller, scopeOf(after, before.allow))]
  }

  const getPolicy = ({ target }: Call): readonly unknown[] => {
    if (policies.get(target) === null) throw absent('policy', target)
    return [target]
  }

  const getGroup = ({ caller, target }: Call): readonly unknown[] => {
    const ids = policies.group(target)
    if (ids === null) throw absent('policy group', target)
    return [scopeFor(caller, scopeOf(ids))]
  }

  /** What a scope says, or one policy of it, or a policy the caller may have. */
  const evaluate = ({ caller, args }: Call): readonly unknown[] => {
    const [scope, policy, actor, action, resource, meta] = args
    const request = {
      actor: credentials.readActor(caller.pid, actor),
      action: text(action, 'an action'),
      resource: text(resource, 'a resource'),
      meta: metaOf(meta),
    }
    const held = scope ? credentials.readScope(caller.pid, scope) : null
    if (held && !policy) return [decide(policies.of(held), request).verdict]
    const id = text(policy, 'the id of a policy')
    const found = held?.policies.includes(id) ? policies.get(id) : policies.get(known(caller, [id])[0]!)
    return [found?.evaluate(request) ?? 'undefined']
  }

  const createToken = async ({ caller, target, args: [actor, scope, options] }: Call): Promise<readonly unknown[]> => {
    const { expiration, meta } = metaOf(options)
    const content = {
      actor: credentials.readActor(caller.pid, actor),
      scope: credentials.readScope(caller.pid, scope),
      meta: metaOf(meta),
    }
    const lifeMs = expiration === undefined || expiration === 0 ? null : millisecondsOf(expiration, 0)
    const store = tokens.need(target)
    await permits.recorded()
    return [await store.create(content, lifeMs)]
  }

  const validateToken = async ({ caller, target, args: [token] }: Call): Promise<readonly unknown[]> => {
    const { actor, scope } = await tokens.need(target).validate(text(token, 'a token'))
    return [actorFor(caller, actor), scopeFor(caller, scope)]
  }

  const revokeToken = async ({ target, args: [token] }: Call): Promise<readonly unknown[]> => {
    const store = tokens.need(target)
    await permits.recorded()
    return [await store.revoke(text(token, 'a token'))]
  }

  return {
    name: 'security',
    operations: {
      'security.self': self,
      'security.can': can,
      'security.actor.create': createActor,
      'security.scope.create': createScope,
      'security.policy.get': getPolicy,
      'security.policy_group.get': getGroup,
      'security.evaluate': evaluate,
      'security.token_store.get': ({ target }) => {
        tokens.need(target)
        return [true]
      },
      'security.token.create': createToken,
      'security.token.validate': validateToken,
      'security.token.revoke': revokeToken,
    },
  }
}
