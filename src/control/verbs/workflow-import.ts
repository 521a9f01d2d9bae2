// Takes in a workflow that was exported; it is durable when this is answered.

import { importOne } from '../../app/workflow-copies.ts'
import { workflowsOf } from '../../app/workflows.ts'
import { bytesOf, textOf, type Verb } from '../verb.ts'

export const verb: Verb = async ({ node, args }) => {
  const { clock, log } = node.parts
  const wanted = { file: bytesOf(args, 'file'), name: textOf(args, 'name'), ...('id' in args && { id: textOf(args, 'id') }) }
  const imported = await importOne(workflowsOf(node.parts), { ...wanted, nowMs: clock.nowMs() })
  log.record('info', 'control', 'workflow imported', { id: imported.id, from: imported.from })
  return imported
}
