// Grants as people write them: one action on one resource, with wildcards.
//
//   json                      the name of a module of the runtime: it can be required, and may do what needs no permission
//   funcs.call:app:double     an action, up to the first colon, on a resource; its module comes with it
//   registry.get              an action on anything
//   "shop.refund":order:*     in quotes an action of the app's own, which its code asks about: no module comes with it

import { ACTIONS } from './action.ts'
import { anyOf } from './pattern.ts'
import { Policy } from './policy.ts'

/** What a list of grants comes to. */
export type Grants = {
  /** Modules of the runtime, each once. */
  readonly modules: readonly string[]
  /** Those that allow an action, as they were written. */
  readonly allow: readonly string[]
}

/** Modules whose actions have another first word. */
const MODULE_OF: Readonly<Record<string, string>> = { db: 'sql', template: 'templates', eval: 'eval_runner' }

const GRANT = /^([a-z_]\w*)((?:\.(?:\w+|\*))*)(?::(.+))?$/
const OWN = /^"([^"]+)"(?::(.+))?$/

/** The actions of grants that the runtime does not have, and that are not said to be an app's own. With wildcards, those that match none. */
export const unknownActions = (grants: readonly string[]): readonly string[] =>
  grants
    .filter((grant) => !OWN.test(grant))
    .map((grant) => grant.replace(/:.*$/s, ''))
    .filter((action) => !ACTIONS.has(action) && ![...ACTIONS].some(anyOf([action])))

/** Throws a sentence (Error) about what is no grant. */
export const grantsOf = (texts: readonly string[]): Grants => {
  const modules = new Set<string>()
  const allow: string[] = []
  for (const text of texts) {
    if (OWN.test(text)) {
      allow.push(text)
      continue
    }
    const [, module, action = '', resource] = GRANT.exec(text) ?? []
    if (module === undefined || (action === '' && resource !== undefined)) {
      throw new Error(`"${text}" is no grant: write the name of a module (json), or an action and its resource (funcs.call:app:double)`)
    }
    modules.add(action === '' ? module : (MODULE_OF[module] ?? module))
    if (action !== '') allow.push(text)
  }
  return { modules: [...modules], allow }
}

/** A grant as a policy; its id is the grant. */
export const policyOfGrant = (text: string): Policy => {
  const [, own, ownResource = '*'] = OWN.exec(text) ?? []
  const [, module = '', action = '', grantedResource = '*'] = GRANT.exec(text) ?? []
  const resource = own === undefined ? grantedResource : ownResource
  const draft = {
    id: text,
    actions: [own ?? `${module}${action}`],
    resources: [resource],
    effect: 'allow',
    conditions: [],
    expression: null,
  } as const
  return new Policy(draft, () => () => false)
}
