// What each stable code of an error means: the one source of `wippy explain` and of docs/errors.md.

import { app } from './explanations/app.ts'
import { lint } from './explanations/lint.ts'
import { module } from './explanations/module.ts'
import { process } from './explanations/process.ts'
import { tool } from './explanations/tool.ts'
import { types } from './explanations/types.ts'

export type Explanation = { readonly code: string; readonly what: string; readonly why: string; readonly mend: string }

const explanationIn = (line: string): Explanation => {
  const [code = '', what = '', why = '', mend = ''] = line.split(' | ')
  return { code, what, why, mend }
}

/** By code. */
export const explanations: ReadonlyMap<string, Explanation> = new Map(
  [app, process, module, tool, lint, types]
    .flatMap((text) => text.trim().split('\n').map(explanationIn))
    .sort((a, b) => (a.code < b.code ? -1 : 1))
    .map((one) => [one.code, one]),
)
