// The rules there are, and what they find in a chunk.

import type { Chunk } from '../ast.ts'
import { Bindings } from './bindings.ts'
import type { Finding, Rule } from './finding.ts'
import { noEmptyBlocks } from './no-empty-blocks.ts'
import { noGlobalAssign } from './no-global-assign.ts'
import { noSelfCompare } from './no-self-compare.ts'
import { noShadowedVars } from './no-shadowed-vars.ts'
import { noUnusedImports } from './no-unused-imports.ts'
import { noUnusedParams } from './no-unused-params.ts'
import { noUnusedVars } from './no-unused-vars.ts'

/** In the order of their codes. */
export const RULES: readonly Rule[] = [
  noEmptyBlocks,
  noGlobalAssign,
  noSelfCompare,
  noUnusedVars,
  noUnusedParams,
  noUnusedImports,
  noShadowedVars,
]

/** What the rules find in a chunk. */
export const applyRules = (chunk: Chunk, rules: readonly Rule[] = RULES): Finding[] => {
  const read = { chunk, bindings: new Bindings(chunk) }
  return rules.flatMap((rule) => {
    const { code, name, severity } = rule
    return [...rule.find(read)].map((remark) => ({ ...remark, code, rule: name, severity }))
  })
}
