// Asks a workflow to end: an event that it finds, also when it is not loaded.

import { needRunning } from '../../app/workflow-view.ts'
import { workflowsOf } from '../../app/workflows.ts'
import { textOf, type Verb } from '../verb.ts'

export const verb: Verb = async ({ node, args }) => {
  const workflows = workflowsOf(node.parts)
  const { id, status } = await needRunning(workflows.engine, textOf(args, 'id'))
  await workflows.cancel(id, 'canceled from the command line')
  node.parts.log.record('info', 'control', 'workflow asked to end', { id })
  return { id, status }
}
