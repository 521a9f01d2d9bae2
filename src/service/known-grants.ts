// Grants name what there is: a typo would allow nothing, and nobody would hear of it.

import { ACTIONS } from '../security/action.ts'
import { unknownActions } from '../security/grant.ts'
import { didYouMean } from '../suggest.ts'

/** What is wrong with a name, and how to mend it. */
export type Misnomer = { readonly message: string; readonly hint: string }

/** The first word that is no action of the runtime, among grants that name actions; null when all are. */
export const misnamed = (grants: readonly string[]): Misnomer | null => {
  const [action] = unknownActions(grants)
  if (action === undefined) return null
  const family = action.replace(/\..*$/s, '')
  const known = [...ACTIONS]
  const siblings = known.filter((name) => name.startsWith(`${family}.`))
  const families = [...new Set(known.map((name) => name.replace(/\..*$/, '')))].sort()
  const there =
    siblings.length > 0 ? `There are ${siblings.join(', ')}.` : didYouMean(family, families, `Actions begin with ${families.join(', ')}.`)
  const hint = didYouMean(action, known, there)
  return { message: `there is no action "${action}"`, hint: `${hint} One of the app's own stands in quotes: '"${action}":*'.` }
}
