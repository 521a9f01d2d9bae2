// Sends a message to a workflow; it is durable when this is answered.

import { needRunning } from '../../app/workflow-view.ts'
import { workflowsOf } from '../../app/workflows.ts'
import { encodeAll } from '../../msgpack.ts'
import { textOf, type Verb } from '../verb.ts'

export const verb: Verb = async ({ node, args }) => {
  const workflows = workflowsOf(node.parts)
  const topic = textOf(args, 'topic')
  const { id } = await needRunning(workflows.engine, textOf(args, 'id'))
  await workflows.signal(id, topic, encodeAll('value' in args ? [args.value] : []))
  return { id, topic }
}
