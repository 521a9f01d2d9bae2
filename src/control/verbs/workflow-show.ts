// One workflow: how it is, what it ended with, what it did, and what keeps it from going on.

import { views } from '../../app/workflow-view.ts'
import { workflowsOf } from '../../app/workflows.ts'
import { place } from '../../error.ts'
import type { Verb } from '../verb.ts'

export const verb: Verb = async ({ node, args }) => {
  const { engine, interventions } = workflowsOf(node.parts)
  const shown = await views.show(engine, args)
  const problem = interventions.problemOf(shown.id)
  if (problem === null) return shown
  const { code, text, where, hint = null } = problem
  return { ...shown, problem: { code, message: text, at: place(where), hint } }
}
