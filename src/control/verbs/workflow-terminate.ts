// Ends a workflow by force, whatever it does.

import { needRunning } from '../../app/workflow-view.ts'
import { workflowsOf } from '../../app/workflows.ts'
import { textOf, type Verb } from '../verb.ts'

export const verb: Verb = async ({ node, args }) => {
  const workflows = workflowsOf(node.parts)
  const { id } = await needRunning(workflows.engine, textOf(args, 'id'))
  await workflows.interventions.terminate(id)
  node.parts.log.record('info', 'control', 'workflow ended by force', { id })
  return { id }
}
