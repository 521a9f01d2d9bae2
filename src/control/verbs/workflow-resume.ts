// Lets a paused workflow go on; it is durable when this is answered.

import { needRunning } from '../../app/workflow-view.ts'
import { workflowsOf } from '../../app/workflows.ts'
import { textOf, type Verb } from '../verb.ts'

export const verb: Verb = async ({ node, args }) => {
  const workflows = workflowsOf(node.parts)
  const { id } = await needRunning(workflows.engine, textOf(args, 'id'))
  await workflows.interventions.resume(id)
  node.parts.log.record('info', 'control', 'workflow resumed', { id })
  return { id }
}
